// Where something that a detector looks for may be growing at the end of a text. In prose that is the last word; numbers, codes and what
// follows a word such as "password:" reach further back.

/** A group of a number or code: digits, or few capitals between groups with digits, as in an IBAN. */
const GROUP = /^[([{"'<]*(?=\S*\d)\S+$|^[A-Z]{1,4}$|^[-–—./()+]+$/;
/** A word that gives its meaning to what follows. */
const LEADS = /[:=]$|^(?:is|are|ist|lautet|bearer|basic|password|passwort|kennwort|passwd|pwd|token|secret|key|api[-_]?key|ssn|iban|card|phone|tel\.?|number|nummer|no\.?|nr\.?)$/i;
/** Spelled out: "user at example dot com", "four two four two". */
const SPELLED = /^(?:[[({]?(?:at|dot|punkt|klammeraffe)[\])}]?|zero|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun),?$/i;

/** UTF-16 code units that are looked at from the end: a run may not be longer. */
export const MAX_RUN = 256;

/** Index from which the text must be held back; its length where nothing can be growing. */
export function candidateStart(text: string): number {
  const floor = Math.max(0, text.length - MAX_RUN);
  const tail = text.slice(floor);
  const words = [...tail.matchAll(/\S+/g)];
  const last = words.at(-1);
  if (last === undefined) return text.length;
  // A word is over once a space follows, but a number or code may go on behind it.
  const isOver = last.index + last[0].length < tail.length;
  const reaches = (word: string): boolean => GROUP.test(word) || LEADS.test(word) || SPELLED.test(word);
  let start = tail.length;
  for (let index = words.length - 1; index >= 0; index--) {
    const word = words[index]!;
    if ((index < words.length - 1 || isOver) && !reaches(word[0])) break;
    start = word.index;
  }
  return floor + start;
}
