// Words around what a rule allows that leave it whole: "you may share §", "§ are also fine". Any other word says that only some of it
// is allowed: "§ of our staff", "business §".
import { ACTIONS } from './neutral.ts';

const WORDS = `a an the all any every each it is are be been was were do does did to you we they one everyone anyone everybody anybody
nobody people s 's it's that's that and or nor but also too as well still however though yet never not always please
everything anything for about
der die das den dem des ein eine einen alle allen alles jede jeder jedes es ist sind sein werden wird man sie wir und oder auch
aber jedoch immer hier zu zum so
le la les l un une des du de d et ou mais aussi il est sont être on nous vous tout toute tous toutes toujours ce c c'est`;

const BARE: ReadonlySet<string> = new Set(`${WORDS} ${ACTIONS}`.split(/\s+/));

/** `word`: in lower case. */
export const isBare = (word: string): boolean => BARE.has(word) || word.split(/[-']/).every((part) => part === '' || BARE.has(part));
