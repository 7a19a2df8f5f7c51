// Names that a rule is about: what it quotes, and what it writes with a capital where it speaks of projects, products or competitors.
import type { Span } from '../types.ts';
import { NEUTRAL_WORDS } from './lexicon/neutral.ts';

export interface Name extends Span {
  /** In lower case. */
  keyword: string;
}

/** Longer quotations are texts, not names. */
const MAX_WORDS = 4;
const QUOTED = /"\s*([^"\n]{2,60}?)\s*"|(?<![\p{L}\p{N}])'([^'\n]{2,60})'(?![\p{L}\p{N}])/gu;
/** What is quoted after these is a word, whatever it means. */
const WORDING = /(?<!\p{L})(?:words?|terms?|phrases?|expressions?|begriffe?|wort|worte|wörter|ausdrücke?|mots?|termes?)[^.;]{0,60}$/iu;
/** What is quoted after these is to be said, not to be found. */
const SAID = new RegExp(
  String.raw`(?:\b(?:say|says|(?:answer|reply|respond)(?: with)?|write|return|output|state|sage|antworte(?: mit)?|schreibe|` +
    String.raw`répondre|répondez|dites)|with the words?)\s*:?\s*$`,
  'i',
);

/** Of the languages of rules; all the capitals there are take long to compile. */
const CAPITAL = 'A-ZÀ-ÖØ-Þ';
const NAME = String.raw`[${CAPITAL}][\wÀ-ÖØ-öø-ÿ&'-]*(?: (?:of )?[${CAPITAL}\d][\wÀ-ÖØ-öø-ÿ&-]*){0,3}`;
const LIST = String.raw`(${NAME}(?:(?:, (?:and |or |und |oder |et |ou )?| and | or | & | und | oder | et | ou |/)${NAME})*)`;
const KIND =
  '(?:projects?|code ?names?|products?|brands?|compan(?:y|ies)|competitors?|rivals?|initiatives?|operation|features?|projekte?|' +
  'projekts|produkte?|marken?|firma|firmen|wettbewerbern?|mitbewerbern?|konkurrenten?|projets?|produits?|marques?|' +
  'concurrents?)(?:[ -]?(?:code ?)?names?|namen?)?';
const ANY_KIND =
  `(?:${KIND}|customers?|clients?|vendors?|suppliers?|partners?|models?|teams?|games?|programs?|kunden?|partnern?|lieferanten?|` +
  `noms? (?:de|du) (?:code|projet|produit)s?|names?|namen?|noms?|words?|wörter|begriffe?)`;
const LINK =
  '(?:,? (?:such as|like|namely|including|called|named|wie|namens|nämlich|einschließlich|tels? que|comme|appelés?|nommés?)|:|' +
  ',? (?:is|are|ist|sind|lautet|lauten))';

const CONTEXTS: readonly RegExp[] = [
  new RegExp(String.raw`(?<![A-Za-zÀ-ÿ])(?:[Pp]rojekt|[Pp]rodukt)?(?i:${KIND}) \(?${LIST}`, 'g'),
  new RegExp(String.raw`(?<![A-Za-zÀ-ÿ])(?i:${ANY_KIND})(?i:${LINK}) ?\(?${LIST}`, 'g'),
  new RegExp(String.raw`(?<![A-Za-zÀ-ÿ])(?i:the|our) (?:customers?|clients?|vendors?|suppliers?|partners?) ${LIST}`, 'g'),
  new RegExp(String.raw`(?<![A-Za-zÀ-ÿ])(?i:products?|services?|plans?|offers?|produkte?|produits?) (?:of|from|by|von|de) ${LIST}`, 'g'),
  new RegExp(String.raw`(?<![A-Za-zÀ-ÿ])(?i:called|named|code ?named|namens|appelé|nommé) ${LIST}`, 'g'),
  new RegExp(
    String.raw`(?<![A-Za-zÀ-ÿ])(?i:mention|mentions|mentioning|mentions? of|name|naming|discuss|discussing|about|` +
      String.raw`refer to|referring to|compare with|compare to|mentionnez|mentionner|parlez de|parler de) ${LIST}`,
    'g',
  ),
  new RegExp(
    String.raw`(?<![.!?:] |^)(?<![A-Za-zÀ-ÿ])${LIST} (?:project|product|codename|code name|brand|programme|program|deal|merger|` +
      String.raw`takeover|initiative)s?(?![A-Za-zÀ-ÿ])`,
    'g',
  ),
];

const COMMON = new Set(
  `english german french spanish italian dutch portuguese chinese japanese russian polish arabic turkish european american british
  swiss austrian
  europe germany france switzerland austria italy spain england china russia america africa asia usa us uk eu eea uae
  monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october
  november december
  gdpr dsgvo hipaa pci ccpa soc iso nda hr it ceo cfo ai ki llm llms gpt api apis sdk url urls json xml html csv sql yaml pdf http
  https ssh tls id ids ip pii phi jwt jwts iban ibans ssn ssns faq python java javascript typescript rust
  everyone anyone nobody nothing anything everything mr mrs ms dr i`.split(/\s+/),
);

const isCommon = (word: string): boolean => COMMON.has(word) || NEUTRAL_WORDS.has(word);

/** In a heading, or a rule in capitals, they tell nothing. */
function hasMeaningfulCapitals(text: string): boolean {
  const words = text.match(/\p{L}{4,}/gu) ?? [];
  const capitals = words.filter((word) => /^\p{Lu}/u.test(word)).length;
  return capitals < words.length && capitals <= words.length * 0.85;
}

function* namesIn(list: string, from: number): Generator<Name> {
  for (const { 0: name, index } of list.matchAll(new RegExp(NAME, 'g'))) {
    const words = name.toLowerCase().replace(/'s$/, '').split(' ');
    // "Project Mistral" is called Mistral.
    const keyword = words.slice(words.findIndex((word) => !isCommon(word))).join(' ');
    if (keyword.length < 2 || words.every(isCommon)) continue;
    yield { start: from + index, end: from + index + name.length, keyword };
  }
}

const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

/**
 * Also finds quoted texts, which are no names but examples or what is to be said. `isTerm`: the quoted words are a term of the
 * lexicon, so they mean what it says; `known`: spans that mean something else.
 */
export function findNames(text: string, isTerm: (words: string) => boolean, known: readonly Span[]): { names: Name[]; texts: Span[] } {
  const names: Name[] = [];
  const texts: Span[] = [];
  for (const { 0: whole, 1: double, 2: single, index } of text.matchAll(QUOTED)) {
    const quoted = (double ?? single ?? '').replace(/[.,!?]+$/, '');
    const isText = quoted.split(/\s+/).length > MAX_WORDS || SAID.test(text.slice(0, index));
    const span = { start: index, end: index + whole.length };
    if (isText) texts.push(span);
    if (isText || (isTerm(quoted) && !WORDING.test(text.slice(0, index))) || !/\p{L}|\p{N}/u.test(quoted)) continue;
    names.push({ ...span, keyword: quoted.toLowerCase() });
  }
  if (!hasMeaningfulCapitals(text)) return { names, texts };
  for (const context of CONTEXTS) {
    for (const match of text.matchAll(context)) {
      const list = match[1]!;
      const from = match.index + match[0].lastIndexOf(list);
      for (const name of namesIn(list, from)) if (![...names, ...texts, ...known].some((span) => overlaps(span, name))) names.push(name);
    }
  }
  return { names: names.toSorted((a, b) => a.start - b.start), texts };
}
