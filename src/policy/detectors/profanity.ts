// Swear words and slurs in English and German, as whole words, also where letters are doubled, replaced or set apart. A short list: what is
// rude in a sentence without any of them is for a judge.
import type { Detector } from '../types.ts';
import { spansOf } from './spans.ts';

const ENGLISH =
  'fuck fucks fucked fucker fuckers fucking fuckin motherfucker motherfuckers motherfucking clusterfuck shit shits shitty bullshit shithead shitshow ' +
  'asshole assholes arsehole bitch bitches bitching bastard bastards cunt cunts dickhead dickheads cocksucker cocksuckers wanker wankers twat twats ' +
  'slut sluts whore whores faggot faggots nigger niggers nigga retard retarded douchebag douchebags jackass dumbass goddamn';
const GERMAN =
  'scheiß scheiße scheiss scheisse scheißegal scheißdreck beschissen beschissene beschissener beschissenes verschissen arsch arschloch arschlöcher ' +
  'arschgeige wichser wichsern wichsen fotze fotzen hure huren hurensohn hurensöhne ficken fick gefickt fickt verfickt verfickte verfickter ' +
  'schlampe schlampen miststück drecksau drecksack dreckskerl verpiss pisser kacke missgeburt schwuchtel spast spasti vollidiot fresse';

/** What is written instead of a letter. */
const DISGUISES: Readonly<Record<string, string>> = {
  a: 'a4@*',
  e: 'e3*',
  i: 'i1!*',
  o: 'o0*',
  u: 'uv*',
  s: 's5$',
  t: 't7',
  ß: 'ß',
  ö: 'öo*',
  ü: 'üu*',
};
const BETWEEN = '[._*-]?';

/** Letter -> what may follow it; an empty key where a word may end. */
interface Tree extends Map<string, Tree> {}

function treeOf(words: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const word of words) {
    let node = root;
    for (const letter of [...word, '']) {
      const next: Tree = node.get(letter) ?? new Map();
      node.set(letter, next);
      node = next;
    }
  }
  return root;
}

/** Words with the same beginning share it, so that each place of a text is looked at once. */
function patternOf(tree: Tree, between: string): string {
  const ways = [...tree]
    .filter(([letter]) => letter !== '')
    .map(([letter, next]) => `${between}[${DISGUISES[letter] ?? letter}]{1,4}${patternOf(next, BETWEEN)}`);
  if (ways.length === 0) return '';
  return `(?:${ways.join('|')})${tree.has('') ? '?' : ''}`;
}

const WORDS = `${ENGLISH} ${GERMAN}`.split(' ');
const LETTER = 'a-z0-9\u00df-\u00ff';
const PATTERN = new RegExp(`(?<![${LETTER}])${patternOf(treeOf(WORDS), '')}(?![${LETTER}])`, 'g');
/** The only letter that takes more code units in lower case. */
const LONGER_IN_LOWER_CASE = '\u0130';

export const profanity: Detector = {
  id: 'profanity',
  title: 'swear words and slurs (EN, DE)',
  maxSpan: 5 * Math.max(...WORDS.map(({ length }) => length)),
  mayMatch: (text) => text.length > 3,
  scan: (text) => spansOf(text.replaceAll(LONGER_IN_LOWER_CASE, 'I').toLowerCase(), PATTERN, ({ 0: match }) => /\p{L}.*\p{L}/u.test(match)),
};
