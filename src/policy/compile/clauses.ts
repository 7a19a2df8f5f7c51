// Divides a rule into pieces and decides for each whether it forbids or allows: exceptions, oppositions and lists are followed.
import { atomsOf, markerIn, sentencesOf, type Atom, type Said } from './atoms.ts';
import { findInsertions, type Insertion } from './insertions.ts';
import type { Marker, Polarity } from './markers.ts';
import type { Mention } from './mentions.ts';
import { cover } from './prepare.ts';

export interface Clause {
  start: number;
  end: number;
  polarity: Polarity;
  /** Taken out of what goes before. */
  isException: boolean;
  /** Says in spite of what the rest holds: nothing in it has to be looked for. */
  isConcession: boolean;
  /** Number of the sentence. */
  sentence: number;
  /** Of all that something inserted has divided. */
  whole: { start: number; end: number };
}

const ANYTHING = /(?<!\p{L})(?:everything|anything|all|any|alles|sämtliche\p{L}*|jegliche\p{L}*|tout|toute?s?)(?!\p{L})/iu;
const ALSO = /^\W*(?:but|aber|mais|sondern)?\s*(?:also|auch|aussi)(?![\p{L}])/iu;
/** "but JWTs are": the contrary of what was said before. */
const ECHO = /§\s*(?:are|is|do|does|may|can|sind|ist|sont|est)\W*$/u;
/** "No card numbers and IBANs may be sent": what is said at the end is said of none of them. */
const NONE_OF = /^\W*(?:no|neither|keine?|keinerlei|weder|aucune?s?)(?!\p{L})[^§¤]*[§¤]\W*$/u;
const LAST = /^\W*(?:and|or|nor|und|oder|sowie|noch|et|ou|ni)(?!\p{L})/u;
const opposite = (polarity: Polarity): Polarity => (polarity === 'forbid' ? 'allow' : 'forbid');

/** "Block messages unless they contain no card numbers": what is missing must be missing. */
const exceptedFrom = (polarity: Polarity, { marker, trails }: Said): Polarity =>
  polarity === 'forbid' && marker?.polarity === 'forbid' && marker.stops !== true && !trails ? 'forbid' : opposite(polarity);

/** Follows one sentence from piece to piece. */
class Reader {
  readonly #atoms: readonly Atom[];
  #main: Polarity | undefined;
  #mainStops = false;
  #trails = false;
  #excepted: Polarity | undefined;

  constructor(atoms: readonly Atom[]) {
    this.#atoms = atoms;
  }

  read(): { polarity: Polarity; isException: boolean }[] {
    return this.#atoms.map((atom, index) => this.#next(atom, index));
  }

  #ahead(index: number): Polarity | undefined {
    return this.#atoms.slice(index).find(({ marker, lead }, at) => marker !== undefined && (at === 0 || lead === 'list'))?.marker?.polarity;
  }

  /** Of what an exception is taken from, where nothing was said of it before: "everything except card numbers is fine". */
  #saidLater(index: number): Polarity | undefined {
    const before = this.#atoms.slice(0, index).map(({ text }) => text);
    const isAll = before.some((text) => ANYTHING.test(text));
    if (index > 0 && !isAll) return undefined;
    // "Share anything but card numbers": nothing says that anything is forbidden.
    return this.#ahead(index) ?? (isAll && !before.some((text) => /[§¤]/.test(text)) ? 'allow' : undefined);
  }

  #next(atom: Atom, index: number): { polarity: Polarity; isException: boolean } {
    const { lead, marker } = atom;
    if (lead === 'exception' && (index > 0 || this.#atoms.length > 1)) return this.#except(index);
    if (this.#excepted !== undefined && !atom.closes && lead === 'list' && (marker === undefined || this.#main === undefined)) {
      return { polarity: this.#excepted, isException: true };
    }
    this.#excepted = undefined;
    if (marker !== undefined) return this.#marked(atom, this.#isNoneOf(index) ? { ...marker, polarity: 'forbid' } : marker);
    // What is said of a list may come at its end.
    const said = this.#main === undefined || (this.#trails && lead === 'list') ? (this.#ahead(index) ?? this.#main) : this.#main;
    if (lead === 'opposition' && this.#main !== undefined && !ALSO.test(atom.text) && (this.#main === 'allow' || ECHO.test(atom.text))) {
      this.#main = opposite(this.#main);
      return { polarity: this.#main, isException: false };
    }
    return { polarity: said ?? 'forbid', isException: false };
  }

  #isNoneOf(index: number): boolean {
    const before = this.#atoms.slice(0, index);
    const { trails, text } = this.#atoms[index]!;
    const isList = before.slice(1).every(({ marker, lead }) => marker === undefined && lead === 'list');
    return trails && isList && LAST.test(text) && NONE_OF.test(before[0]?.text ?? '');
  }

  #marked({ trails }: Atom, marker: Marker): { polarity: Polarity; isException: boolean } {
    const turns = marker.elliptical === true && this.#main === 'forbid' && this.#mainStops;
    const polarity = turns ? 'allow' : marker.polarity;
    this.#main = polarity;
    this.#mainStops = marker.stops === true;
    this.#trails = trails;
    return { polarity, isException: false };
  }

  #except(index: number): { polarity: Polarity; isException: boolean } {
    const before = this.#main ?? this.#saidLater(index) ?? 'forbid';
    this.#excepted = index > 0 ? exceptedFrom(before, this.#atoms[index]!) : opposite(before);
    return { polarity: this.#excepted, isException: true };
  }
}

/** What is inserted is taken out, or only the marks around it. */
const withoutInsertions = (sentence: string, insertions: readonly Insertion[]): string =>
  cover(
    sentence,
    insertions.flatMap(({ start, end, kind }) =>
      kind === 'joined'
        ? [
            { start, end: start + 1 },
            { start: end - 1, end },
          ]
        : [{ start, end }],
    ),
    ' ',
  );

type Divided = Omit<Clause, 'sentence'>;

/** Puts what was inserted between the parts of the clause that it has divided. */
function divide(clause: Divided, insertions: readonly (Insertion & { text: string })[]): Divided[] {
  const parts: Divided[] = [];
  let from = clause.start;
  for (const { start, end, kind, text } of insertions) {
    if (start > from) parts.push({ ...clause, start: from, end: start });
    const isException = kind === 'exception';
    const polarity = isException ? exceptedFrom(clause.polarity, markerIn(text)) : clause.polarity;
    parts.push({ start, end, polarity, isException, isConcession: kind === 'concession', whole: { start, end } });
    from = end;
  }
  return from < clause.end ? [...parts, { ...clause, start: from }] : parts;
}

function readSentence(text: string, { start, end }: { start: number; end: number }): Divided[] {
  const sentence = text.slice(start, end);
  const insertions = findInsertions(sentence);
  const atoms = atomsOf(withoutInsertions(sentence, insertions), start);
  const read = new Reader(atoms).read();
  const apart = insertions
    .filter(({ kind }) => kind !== 'joined')
    .map((one) => ({ ...one, text: sentence.slice(one.start, one.end), start: start + one.start, end: start + one.end }));
  return atoms.flatMap((atom, index) => {
    const span = { start: atom.start, end: atom.end };
    const inside = apart.filter((one) => one.start >= atom.start && one.start < atom.end);
    return divide({ ...span, ...read[index]!, isConcession: false, whole: span }, inside);
  });
}

/** `text`: in lower case, with mentions covered by `§`, and names and formats by `¤`. */
export function readClauses(text: string): Clause[] {
  return sentencesOf(text).flatMap((sentence, number) => readSentence(text, sentence).map((clause) => ({ ...clause, sentence: number })));
}

/** The clause that something stands in. */
export function clauseAt(clauses: readonly Clause[], { start }: Pick<Mention, 'start'>): Clause | undefined {
  return clauses.find((clause) => clause.start <= start && start < clause.end);
}
