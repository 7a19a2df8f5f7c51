// Divides a rule into pieces and decides for each whether it forbids or allows: exceptions, oppositions and lists are followed.
import { EXCEPTIONS, OPPOSITIONS } from './lexicon/connectives.ts';
import { markerOf, type Marker, type Polarity } from './markers.ts';
import type { Mention } from './mentions.ts';
import { phrasePattern } from './phrases.ts';

export interface Clause {
  start: number;
  end: number;
  polarity: Polarity;
  /** Taken out of what goes before. */
  isException: boolean;
  /** Number of the sentence. */
  sentence: number;
}

interface Atom {
  start: number;
  end: number;
  text: string;
  lead: 'exception' | 'opposition' | 'list';
  /** It begins after a closing parenthesis. */
  closes: boolean;
  marker: Marker | undefined;
  /** The marker stands after what it speaks of. */
  trails: boolean;
}

const ANYTHING = /(?<!\p{L})(?:everything|anything|all|any|alles|sämtliche\p{L}*|jegliche\p{L}*|tout|toute?s?)(?!\p{L})/iu;
const ALSO = /^\W*(?:but|aber|mais|sondern)?\s*(?:also|auch|aussi)(?![\p{L}])/iu;
/** "but JWTs are": the contrary of what was said before. */
const ECHO = /§\s*(?:are|is|do|does|may|can|sind|ist|sont|est)\W*$/u;
/** "No card numbers and IBANs may be sent": what is said at the end is said of none of them. */
const NONE_OF = /^\W*(?:no|neither|keine?|keinerlei|weder|aucune?s?)(?!\p{L})[^§¤]*[§¤]\W*$/u;
const LAST = /^\W*(?:and|or|nor|und|oder|sowie|noch|et|ou|ni)(?!\p{L})/u;
const exception = phrasePattern(EXCEPTIONS);
const opposition = phrasePattern(OPPOSITIONS);
const conjunction = /(?<![\p{L}\p{N}])(?:and|or|und|oder|sowie|et|ou|nor|noch)(?![\p{L}\p{N}])|[,&()]|:(?=\s)|\s-\s/giu;
const sentenceEnd = /[.!?;]+(?=["')\]]*(?:\s|$))/g;

/** Offsets of the beginnings of sentences. */
function sentencesOf(text: string): { start: number; end: number }[] {
  const sentences: { start: number; end: number }[] = [];
  let start = 0;
  for (const { 0: mark, index } of text.matchAll(sentenceEnd)) {
    sentences.push({ start, end: index });
    start = index + mark.length;
  }
  sentences.push({ start, end: text.length });
  return sentences.filter((one) => /[\p{L}§¤]/u.test(text.slice(one.start, one.end)));
}

function atomsOf(text: string, { start, end }: { start: number; end: number }): Atom[] {
  const sentence = text.slice(start, end);
  const cuts = new Map<number, Atom['lead']>();
  for (const { index } of sentence.matchAll(conjunction)) cuts.set(index, 'list');
  for (const { index } of sentence.matchAll(opposition)) cuts.set(index, 'opposition');
  for (const { index } of sentence.matchAll(exception)) cuts.set(index, 'exception');
  const starts = [...new Map([[0, cuts.get(0) ?? 'list'], ...cuts])].toSorted(([a], [b]) => a - b);
  return starts.map(([from, lead], index) => {
    const to = starts[index + 1]?.[0] ?? sentence.length;
    const piece = sentence.slice(from, to);
    const marker = markerOf(piece);
    const subject = piece.search(/[§¤]/);
    return {
      start: start + from,
      end: start + to,
      text: piece,
      lead,
      closes: piece.startsWith(')'),
      marker,
      trails: marker !== undefined && subject !== -1 && subject < marker.at,
    };
  });
}

const opposite = (polarity: Polarity): Polarity => (polarity === 'forbid' ? 'allow' : 'forbid');

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
    const { marker, trails } = this.#atoms[index]!;
    // "Block messages unless they contain no card numbers": what is missing must be missing.
    const isUndone = before === 'forbid' && marker?.polarity === 'forbid' && marker.stops !== true && !trails && index > 0;
    this.#excepted = isUndone ? 'forbid' : opposite(before);
    return { polarity: this.#excepted, isException: true };
  }
}

/** `text`: in lower case, with mentions covered by `§`, and names and formats by `¤`. */
export function readClauses(text: string): Clause[] {
  return sentencesOf(text).flatMap((sentence, number) => {
    const atoms = atomsOf(text, sentence);
    const read = new Reader(atoms).read();
    return atoms.map(({ start, end }, index) => ({ start, end, sentence: number, ...read[index]! }));
  });
}

/** The clause that something stands in. */
export function clauseAt(clauses: readonly Clause[], { start }: Pick<Mention, 'start'>): Clause | undefined {
  return clauses.find((clause) => clause.start <= start && start < clause.end);
}
