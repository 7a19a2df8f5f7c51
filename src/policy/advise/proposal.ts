// A better text for a rule, from what was understood of it: instruction, definition, what violates it, what is allowed, examples.
import { capitalise, shorten } from '../compile/plan-words.ts';
import type { Understanding } from '../compile/understand.ts';
import { languageOf } from './language.ts';
import { GERMAN_TITLES, EXAMPLES, type Example } from './samples.ts';

interface Frame {
  instruction: (things: string) => string;
  topicInstruction: (topics: string) => string;
  definition: string;
  violates: string;
  allowed: string;
  otherwise: string;
  exceptions: string;
  examples: string;
  or: string;
  name: (name: string) => string;
  names: (names: string) => string;
  patterns: (patterns: string) => string;
}

const FRAMES: Readonly<Record<'en' | 'de', Frame>> = {
  en: {
    instruction: (things) => `Never share ${things}.`,
    topicInstruction: (topics) => `Refuse ${topics}.`,
    definition: 'The rule is about text of requests and answers, files and the data of tools included.',
    violates: 'Violates',
    allowed: 'Allowed',
    otherwise: 'general questions on the subject that contain nothing of this',
    exceptions: 'Exceptions',
    examples: 'Examples',
    or: 'or',
    name: (name) => `the name ${name}`,
    names: (names) => `the names ${names}`,
    patterns: (patterns) => `numbers like ${patterns}`,
  },
  de: {
    instruction: (things) => `Gib niemals ${things} weiter.`,
    topicInstruction: (topics) => `Lehne ${topics} ab.`,
    definition: 'Die Regel gilt für Texte von Anfragen und Antworten, auch in Dateien und Daten von Werkzeugen.',
    violates: 'Verstößt',
    allowed: 'Erlaubt',
    otherwise: 'allgemeine Fragen zum Thema, die nichts davon enthalten',
    exceptions: 'Ausnahmen',
    examples: 'Beispiele',
    or: 'oder',
    name: (name) => `den Namen ${name}`,
    names: (names) => `die Namen ${names}`,
    patterns: (patterns) => `Nummern wie ${patterns}`,
  },
};

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
const listed = (items: readonly string[], or: string): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${or} ${items.at(-1)}`;

/** A text for the same plan. Undefined: too little was understood to propose anything. */
export function propose(content: string, { forbidden, allowed, exceptions }: Understanding): string | undefined {
  const language = languageOf(content) === 'de' ? 'de' : 'en';
  const frame = FRAMES[language];
  const title = ({ id, title: english }: { id: string; title: string }): string =>
    language === 'de' ? (GERMAN_TITLES[id] ?? english) : english;
  const quoted = (words: readonly string[]): string =>
    listed(
      words.map((word) => `"${word}"`),
      frame.or,
    );
  const things = unique([
    ...forbidden.concepts.filter(({ detectors }) => detectors.length > 0).map(title),
    ...(forbidden.keywords.length === 0
      ? []
      : [
          unique(forbidden.keywords).length === 1
            ? frame.name(quoted(forbidden.keywords.slice(0, 1)))
            : frame.names(quoted(unique(forbidden.keywords))),
        ]),
    ...(forbidden.formats.length === 0 ? [] : [frame.patterns(unique(forbidden.formats.map(({ sample }) => sample)).join(', '))]),
  ]);
  const topics = unique(
    forbidden.concepts.filter(({ id, detectors }) => detectors.length === 0 && id !== 'topic.only' && id !== 'topic.tone').map(title),
  );
  if (things.length + topics.length === 0) return undefined;
  const permitted = unique([...allowed.concepts.map(title), ...allowed.keywords.map((word) => `"${word}"`)]).filter(
    (one) => !things.includes(one),
  );
  const samples = forbidden.concepts.map(({ id }) => EXAMPLES[language][id]).filter((example): example is Example => example !== undefined);
  const instruction = [
    ...(things.length === 0 ? [] : [frame.instruction(listed(things, frame.or))]),
    ...(topics.length === 0 ? [] : [frame.topicInstruction(listed(topics, frame.or))]),
  ];
  const lines = [
    instruction.join(' '),
    '',
    frame.definition,
    `${frame.violates}: ${listed([...things, ...topics], frame.or)}.`,
    `${frame.allowed}: ${permitted.length > 0 ? listed(permitted, frame.or) : frame.otherwise}.`,
  ];
  // What only its author can say in other words.
  for (const { text } of exceptions) lines.push(`${frame.exceptions}: ${text}.`);
  if (samples.length > 0) {
    const said = samples
      .slice(0, 3)
      .flatMap(({ violating, near }) => [`"${violating}" (${frame.violates})`, `"${near}" (${frame.allowed})`]);
    lines.push('', `${frame.examples}: ${said.join(', ')}.`);
  }
  return shorten(capitalise(lines.join('\n')), 8192);
}
