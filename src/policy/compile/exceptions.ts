// What a rule takes out of what it forbids, in words that detectors do not know: "except masked card numbers", "unless she agrees".
import { clauseAt, type Clause } from './clauses.ts';
import type { Format } from './formats.ts';
import { isBare } from './lexicon/bare.ts';
import { isWhole } from './lexicon/whole.ts';
import { isMarkerWord } from './markers.ts';
import type { Mention } from './mentions.ts';
import { lower } from './phrases.ts';
import { residueOf, wordsOf } from './residue.ts';

export interface Exception {
  /** As it is written. */
  text: string;
  /** Ids of the detectors that find what it may be about; undefined: it names none, so it may be any. */
  detectors: readonly string[] | undefined;
}

interface Read {
  /** The rule. */
  text: string;
  /** Mentions covered by `§`, names and formats by `¤`; `plain` in lower case. */
  covered: string;
  plain: string;
  clauses: readonly Clause[];
  mentions: readonly Mention[];
  formats: readonly Format[];
  /** Whether the rule allows what stands there. */
  isPermitted(span: { start: number }): boolean;
}

/** What is said before an example of an identifier, in its sentence, describes it: "of the form EMP-12345". */
export const isAboutExample = (clause: Clause, formats: readonly Format[], clauses: readonly Clause[]): boolean =>
  formats.some((format) => format.end >= clause.start && clauseAt(clauses, format)?.sentence === clause.sentence);

/** Says what kind is meant: "masked §", "published §". */
const PARTICIPLE = new RegExp(
  String.raw`(?<!(?:be|been|being|werden|wird|être) )(?<!\p{L})` +
    String.raw`(?:\p{L}+(?:ed|iert\p{L}*|és?|ées?)|known|given|shown|written|sent|geschwärzt\p{L}*) §`,
  'u',
);
/** "the sharing of §": what is done with it, not what kind it is. */
const OBJECT = /(?<!\p{L}|exceptions? |ausnahme |abgesehen )(?:of|von|de|des|du)(?= (?:(?:the|all|any|allen?|der|les) )?§)/gu;
/** Speaks of what another sentence has named. */
const BACK = /(?<!\p{L})(?:those|these|they|them|ones|it|such|diese\p{L}*|solche\p{L}*|jene\p{L}*|ceux|celles?|elles|ils)(?!\p{L})/u;

/** Stands for the real thing, whatever sentence it is in: "test data is fine". */
const STAND_IN = new RegExp(
  String.raw`(?<!\p{L})(?:test|example|sample|dummy|fake|mock|synthetic|ficti(?:tious|onal)|demo|placeholder|beispiel|muster|` +
    'platzhalter|fiktive?n?|exemple)',
  'u',
);
/** "Questions about card numbers are fine", "you may discuss IBANs in general": talk of a kind of data holds none of it. */
const TALK = new RegExp(
  String.raw`(?<!\p{L})(?:(?:general |allgemeine )?(?:questions?|talk(?:ing)?|speak(?:ing)?|information|explanations?|fragen|` +
    String.raw`sprechen|reden|informationen|parler) (?:about|on|of|zu|über|von|sur|de|des)|discuss(?:ing)?|explain(?:ing)?)` +
    String.raw`(?= (?:the |die |les )?§)|(?<=§ )(?:in general|im allgemeinen|en général)`,
  'gu',
);

/** Words that narrow what is allowed. `isException`: nothing in it says anew that it is forbidden or allowed. */
function isQualified(piece: string, isException: boolean): boolean {
  if (PARTICIPLE.test(piece)) return true;
  const words = wordsOf(piece.replace(OBJECT, (match) => ' '.repeat(match.length)));
  // After an exception, "masked" is a quality.
  const isQuality = (word: string): boolean => isException && /^(?:mask|redact|filter|strip|anonymi|pseudonymi)/.test(word);
  return words.some((word) => isQuality(word) || (!isBare(word) && !isMarkerWord(word)));
}

/** Clauses of one sentence in a row that allow something. */
function runsOf(clauses: readonly Clause[]): Clause[][] {
  const runs: Clause[][] = [];
  for (const [index, clause] of clauses.entries()) {
    if (clause.polarity !== 'allow') continue;
    const before = clauses[index - 1];
    if (before?.polarity === 'allow' && before.sentence === clause.sentence) runs.at(-1)!.push(clause);
    else runs.push([clause]);
  }
  return runs;
}

/** `qualified`: what is allowed in part only, so that detectors still have to look for it. */
export function findExceptions({ text, plain, covered, clauses, mentions, formats, isPermitted }: Read): {
  exceptions: Exception[];
  qualified: ReadonlySet<Mention>;
} {
  const qualified = new Set<Mention>();
  const exceptions: Exception[] = [];
  const isDetected = ({ concept }: Mention): boolean => concept.detectors.length > 0;
  const isLooked = (sentence: number): boolean =>
    mentions.some((one) => isDetected(one) && clauseAt(clauses, one)?.sentence === sentence && !isPermitted(one));
  for (const run of runsOf(clauses)) {
    const [first, last] = [run[0]!, run.at(-1)!];
    const { sentence, isException } = first;
    const pieces = run
      .filter((clause) => !isAboutExample(clause, formats, clauses))
      .map(({ start, end }) => ({ start, end, plain: plain.slice(start, end) }));
    const own = mentions.filter((mention) => run.includes(clauseAt(clauses, mention)!) && isPermitted(mention));
    const detected = own.filter(isDetected);
    const next = clauses[clauses.indexOf(last) + 1];
    // "E-mail addresses are fine, except private ones".
    const isLimited = next !== undefined && next.sentence === sentence && next.isException;
    const isNarrow = isLimited || pieces.some((piece) => isQualified(piece.plain, isException));
    const talk = pieces.map((piece) => piece.plain.replace(TALK, (words) => ' '.repeat(words.length)));
    if (!isLimited && talk.some((rest, at) => rest !== pieces[at]!.plain) && !talk.some((rest) => isQualified(rest, isException))) {
      for (const mention of detected) qualified.add(mention);
      continue;
    }
    const said = text.slice(first.start, last.end).replace(/^[\s,(:)]+|[\s,(:)]+$/g, '');
    if (detected.length > 0) {
      const parts = detected.filter(({ start, end, concept }) => isNarrow || !isWhole(concept.id, lower(text.slice(start, end))));
      for (const mention of parts) qualified.add(mention);
      if (parts.length > 0) exceptions.push({ text: said, detectors: [...new Set(parts.flatMap(({ concept }) => concept.detectors))] });
      continue;
    }
    const unknown = pieces.some(({ start, end }) => residueOf(covered.slice(start, end)).length > 0);
    const refersBack = pieces.some((piece) => BACK.test(piece.plain) || STAND_IN.test(piece.plain)) && isNarrow;
    const excepts = isException && isNarrow && !pieces.some((piece) => piece.plain.includes('¤'));
    // A sentence of its own that allows something else takes nothing out.
    if (!excepts && !refersBack && !(unknown && (isException || isLooked(sentence)))) continue;
    exceptions.push({ text: said, detectors: undefined });
  }
  return { exceptions, qualified };
}
