// What a rule says, piece by piece: what it forbids and allows, what it takes out, and which of its words nothing has understood.
import { clauseAt, readClauses, type Clause } from './clauses.ts';
import { findExceptions, isAboutExample, type Exception } from './exceptions.ts';
import { findFormats, type Format } from './formats.ts';
import { isBare } from './lexicon/bare.ts';
import { EXAMPLES, OPEN_LISTS } from './lexicon/connectives.ts';
import { ONLY } from './lexicon/topics.ts';
import type { Concept } from './lexicon/types.ts';
import { findMentions, isTerm, type Mention } from './mentions.ts';
import { findNames } from './names.ts';
import { lower, phrasePattern } from './phrases.ts';
import { cover, prepare } from './prepare.ts';
import { residueOf, wordsOf } from './residue.ts';
import { findUnclear, type Unclear } from './unclear.ts';

/** What is forbidden or allowed. */
export interface Side {
  concepts: Concept[];
  keywords: string[];
  formats: Format[];
}

export interface Understanding {
  forbidden: Side;
  allowed: Side;
  /** Words in what is forbidden that nothing has understood. */
  residue: string[];
  /** What the rule takes out in words that no detector knows. */
  exceptions: Exception[];
  /** Sentences that forbid something which is not understood. */
  unclear: Unclear[];
}

const EXAMPLE = new RegExp(`(?:${phrasePattern(EXAMPLES).source}|[:(])[^§]{0,40}$`, 'u');
const OPEN = new RegExp(phrasePattern(OPEN_LISTS).source, 'u');
const only = new RegExp(phrasePattern(ONLY.phrases).source, 'u');
const notOnly = /(?<!\p{L})(?:not|nicht|non|pas) (?:only|nur|seulement)/giu;
/** Something is said to be in a text, so the text is only where it is. */
const HOLDS = new RegExp(
  String.raw`(?<!\p{L})(?:with|contain\p{L}*|includ\p{L}*|hold\p{L}*|has|have|in|inside|within|from|into|mit|enthalt\p{L}*|` +
    String.raw`enthält|im|aus|avec|conten\p{L}*|contien\p{L}*|dans)(?!\p{L})`,
  'iu',
);

interface Reading {
  /** Everything that is understood is covered. */
  text: string;
  mentions: Mention[];
  clauses: Clause[];
}

const isDetected = ({ concept, weak }: Mention): boolean => !weak && concept.detectors.length > 0;

/** A list of examples narrows the family that it follows to what is in it: "PII such as card numbers". */
function narrowed({ text, mentions, clauses }: Reading): Set<Mention> {
  const narrow = new Set<Mention>();
  for (const [index, family] of mentions.entries()) {
    const next = mentions[index + 1];
    const isFamily = family.concept.family === true;
    // "Confidential data such as IBANs" is no more than what is listed.
    if ((!isFamily && family.concept.id !== 'topic.confidential') || next === undefined) continue;
    if (!EXAMPLE.test(text.slice(family.end, next.start))) continue;
    const { sentence, polarity } = clauseAt(clauses, family) ?? {};
    const listed = mentions.slice(index + 1).filter((mention) => {
      const clause = clauseAt(clauses, mention);
      return clause?.sentence === sentence && clause?.polarity === polarity && mention.concept.family !== true;
    });
    const members = listed.filter(
      ({ concept: { detectors } }) =>
        detectors.length > 0 && (!isFamily || detectors.every((id) => family.concept.detectors.includes(id))),
    );
    const end = clauses.findLast((clause) => clause.sentence === sentence)?.end ?? text.length;
    if (members.length > 0 && !OPEN.test(text.slice(family.end, end))) narrow.add(family);
  }
  return narrow;
}

/**
 * Terms that may mean something else count beside others that are certain, and where the rule allows some of what it is certain about;
 * where nothing is certain, all the rule is about may be they.
 */
function certain(mentions: Mention[], clauses: readonly Clause[], text: string): Mention[] {
  const sure = mentions.filter(({ weak }) => !weak);
  const forbidden = clauses.filter(({ polarity }) => polarity === 'forbid');
  const hasResidue = forbidden.some(({ start, end }) => residueOf(text.slice(start, end)).length > 0);
  if (sure.length === 0) return text.includes('¤') || hasResidue ? [] : mentions;
  const sentences = new Set(sure.filter(isDetected).map((mention) => clauseAt(clauses, mention)?.sentence));
  const known = new Set(sure.flatMap(({ concept }) => concept.detectors));
  const spoken = new Set(sure.map((mention) => clauseAt(clauses, mention)?.sentence));
  const isAllOf = (sentence: number | undefined): boolean =>
    !spoken.has(sentence) &&
    clauses
      .filter((clause) => clause.sentence === sentence)
      .map(({ start, end }) => text.slice(start, end))
      .every((piece) => !piece.includes('¤') && residueOf(piece).length === 0);
  return mentions.filter((mention) => {
    const { sentence, polarity } = clauseAt(clauses, mention) ?? {};
    if (!mention.weak || sentences.has(sentence)) return true;
    if (polarity !== 'allow') return isAllOf(sentence);
    return mention.concept.detectors.some((id) => known.has(id));
  });
}

/** What may be said only to some, or only at times, is forbidden otherwise: "may only be shared with HR". */
function isAllowed(clause: Clause | undefined, text: string, { start }: { start: number }): boolean {
  if (clause === undefined || clause.polarity === 'forbid') return false;
  const before = text.slice(clause.whole.start, start);
  const limit = before.search(only);
  // "Only the last digits of card numbers may be shown".
  if (limit !== -1 && wordsOf(before.slice(limit)).some((word) => !isBare(word) && !only.test(word))) return false;
  return clause.isException || !only.test(text.slice(start, clause.whole.end));
}

const emptySide = (): Side => ({ concepts: [], keywords: [], formats: [] });

/** Reads a rule. Pure. */
export function understand(content: string): Understanding {
  const text = prepare(content);
  const samples = findFormats(text);
  const { names, texts } = findNames(cover(text, samples, '¤'), isTerm, findMentions(text));
  const formats = samples.filter((sample) => !texts.some(({ start, end }) => start <= sample.start && sample.end <= end));
  const named = cover(text, [...formats, ...names, ...texts], '¤');
  const found = findMentions(named);
  const clauses = readClauses(lower(cover(named, found, '§')));
  const mentions = certain(found, clauses, cover(named, found, '§'));
  const covered = cover(named, mentions, '§');
  const plain = lower(covered);
  const reading = { text: plain, mentions, clauses };
  const narrow = narrowed(reading);
  const result: Understanding = { forbidden: emptySide(), allowed: emptySide(), residue: [], exceptions: [], unclear: [] };
  const isPermitted = (span: { start: number }): boolean => isAllowed(clauseAt(clauses, span), plain, span);
  const { exceptions, qualified } = findExceptions({ text, plain, covered, clauses, mentions, formats, isPermitted });
  result.exceptions = exceptions;
  const others = [...names, ...formats];
  const { unclear, isUnclear } = findUnclear({ text, plain, clauses, mentions, others, isPermitted, qualified });
  result.unclear = unclear;
  const sideAt = (span: { start: number }): Side => (isPermitted(span) && !isUnclear(span) ? result.allowed : result.forbidden);

  const sentenceOf = (span: { start: number }): number | undefined => clauseAt(clauses, span)?.sentence;
  for (const mention of mentions) {
    const { concept } = mention;
    const beside = mentions.filter((other) => isDetected(other) && sentenceOf(other) === sentenceOf(mention));
    // Source code with secrets in it, competitors that are named: the topic is covered by what detectors find.
    const from = Math.min(mention.end, beside[0]?.end ?? mention.end);
    if (concept.container === true && beside.length > 0 && HOLDS.test(covered.slice(from, Math.max(mention.start, beside.at(-1)!.start))))
      continue;
    if (concept.id === 'topic.competitors' && names.some((name) => sentenceOf(name) === sentenceOf(mention))) continue;
    if (!narrow.has(mention) && (!qualified.has(mention) || isUnclear(mention))) sideAt(mention).concepts.push(concept);
  }
  for (const name of names) sideAt(name).keywords.push(name.keyword);
  for (const format of formats) sideAt(format).formats.push(format);

  for (const clause of clauses) {
    const piece = covered.slice(clause.start, clause.end);
    if (only.test(lower(piece).replace(notOnly, ''))) result.forbidden.concepts.push(ONLY);
    // What is said of an example describes what it is an example of.
    if (clause.polarity === 'allow' || clause.isConcession || isAboutExample(clause, formats, clauses)) continue;
    result.residue.push(...residueOf(piece));
  }
  return result;
}
