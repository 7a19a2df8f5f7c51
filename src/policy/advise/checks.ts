// What may be wrong with the text of a rule. Each check looks for one kind of trouble.
import type { Plan } from '../compile/compile.ts';
import type { PlanProblem } from '../compile/problems.ts';
import { markerOf } from '../compile/markers.ts';
import { lower, phrasePattern } from '../compile/phrases.ts';
import { cover, prepare } from '../compile/prepare.ts';
import { shorten } from '../compile/plan-words.ts';
import { findMentions } from '../compile/mentions.ts';
import type { Understanding } from '../compile/understand.ts';
import { languages } from './language.ts';
import { DOUBLE_NEGATIONS, VAGUE } from './vague.ts';

export const ISSUE_TYPES = ['ambiguity', 'scope', 'actionability', 'length', 'contradiction', 'exception', 'language'] as const;

export interface Issue {
  type: (typeof ISSUE_TYPES)[number];
  severity: 'low' | 'medium' | 'high';
  /** What is wrong, for the author. */
  description: string;
  /** What to do about it. */
  suggestion: string;
}

export interface Checked {
  content: string;
  plan: Plan;
  understood: Understanding;
}

/** Longer rules are followed less well by judges. */
const MAX_TOKENS = 600;
const CHARACTERS_PER_TOKEN = 4;
const MAX_TOPICS = 3;
const MAX_QUOTE = 120;

const vague = VAGUE.map((entry) => ({ ...entry, pattern: phrasePattern(entry.phrases) }));
const doubleNegation = phrasePattern(DOUBLE_NEGATIONS);
const list = phrasePattern(['such as', 'like', 'for example', 'namely', 'wie', 'zum beispiel', 'nämlich', 'including', 'einschließlich']);

/** What is quoted is an example. */
const unquoted = (content: string): string => lower(prepare(content)).replace(/"[^"]*"/g, '""');

function vagueWords({ content, plan }: Checked): Issue[] {
  const text = unquoted(content);
  const hasList = new RegExp(list.source, 'u').test(text) && plan.detectors.length > 0;
  return vague.flatMap(({ pattern, severity, type, description, suggestion }) => {
    const words = [...new Set([...text.matchAll(pattern)].map(([match]) => match.trim()))];
    // A list says what is meant by them.
    if (words.length === 0 || (severity === 'high' && hasList)) return [];
    return [{ type, severity, description: `${words.map((word) => `"${word}"`).join(', ')} ${description}.`, suggestion }];
  });
}

function doubleNegations({ content }: Checked): Issue[] {
  const clauses = unquoted(content).split(/[,;.!?:]|(?<!\p{L})(?:but|and|or|aber|und|oder)(?!\p{L})/u);
  const found = clauses.flatMap((clause) => clause.match(doubleNegation) ?? []);
  if (found.length === 0) return [];
  const description = `"${found[0]!.trim()}" negates twice, which readers and judges get wrong.`;
  return [{ type: 'ambiguity', severity: 'medium', description, suggestion: 'Say it once: what must not happen, or what is allowed.' }];
}

function allowRules({ understood }: Checked): Issue[] {
  if (!understood.forbidden.concepts.some(({ id }) => id === 'topic.only')) return [];
  return [
    {
      type: 'scope',
      severity: 'medium',
      description: 'The rule says what is allowed only, so everything else is for a judge to weigh, small talk included.',
      suggestion: 'Say what belongs to it and name two or three things that do not; give examples of both.',
    },
  ];
}

function breadth({ understood, plan }: Checked): Issue[] {
  const topics = new Set(understood.forbidden.concepts.filter(({ detectors }) => detectors.length === 0).map(({ id }) => id));
  const issues: Issue[] = [];
  if (topics.size > MAX_TOPICS) {
    issues.push({
      type: 'scope',
      severity: 'medium',
      description: `The rule covers ${topics.size} topics at once, and a judge does best with one.`,
      suggestion: 'Make a policy of its own for each topic.',
    });
  }
  if (plan.needsJudge && plan.detectors.length > 2 && topics.size > 0) {
    issues.push({
      type: 'scope',
      severity: 'low',
      description: 'The rule mixes what detectors find at once with what a judge has to weigh, so all of it waits for the judge.',
      suggestion: 'Put what detectors find into a policy of its own: it then costs nothing and acts at once.',
    });
  }
  return issues;
}

/** A rule that neither forbids nor allows anything. */
function intent({ content, understood }: Checked): Issue[] {
  const text = prepare(content);
  const says = markerOf(lower(cover(text, findMentions(text), '§'))) !== undefined;
  const asks = /(?<!\p{L})(?:only|nur|must|muss|müssen|keep|stay|be|sei|bleib\p{L}*|always|immer|doit|doivent)(?!\p{L})/iu.test(text);
  if (says || asks || understood.forbidden.concepts.length + understood.forbidden.keywords.length + understood.residue.length === 0)
    return [];
  return [
    {
      type: 'scope',
      severity: 'medium',
      description: 'The rule names things, but does not say what must not happen with them.',
      suggestion: 'Begin with a verb: "Never share ...", "Block ...".',
    },
  ];
}

function substance({ plan, understood }: Checked): Issue[] {
  const { concepts } = understood.forbidden;
  if (plan.detectors.length === 0 && concepts.length === 0 && understood.residue.length === 0) {
    return [
      {
        type: 'actionability',
        severity: 'high',
        description: 'Nothing in the rule can be looked for or judged.',
        suggestion: 'Name what must not appear: kinds of data, names in quotes, or a topic.',
      },
    ];
  }
  if (plan.detectors.length === 0 && concepts.length > 0 && concepts.every(({ id }) => id === 'topic.tone')) {
    return [
      {
        type: 'actionability',
        severity: 'high',
        description: 'The rule wishes for a manner of answering; a policy can only find what violates it.',
        suggestion: 'Put manners into the system prompt. Keep as a policy what must never appear, such as insults.',
      },
    ];
  }
  return [];
}

function length({ content }: Checked): Issue[] {
  const tokens = Math.round(content.length / CHARACTERS_PER_TOKEN);
  if (tokens <= MAX_TOKENS) return [];
  const description = `The rule has about ${tokens} tokens; judges follow rules of up to ${MAX_TOKENS} best.`;
  return [
    {
      type: 'length',
      severity: 'medium',
      description,
      suggestion: 'Keep instruction, definition and exceptions; move examples to spec.examples and spec.tests.',
    },
  ];
}

/** What allows and forbids in one sentence, and nobody can say what. */
function unclearSentences({ understood }: Checked): Issue[] {
  return understood.unclear.map(({ text }) => ({
    type: 'ambiguity',
    severity: 'high',
    description: `"${shorten(text, MAX_QUOTE)}" both allows and forbids, and what it forbids is not understood.`,
    suggestion: 'Say what must not happen in a sentence of its own, such as "Never share ...", and what is allowed in another.',
  }));
}

const PLAN_ISSUES: Readonly<Partial<Record<PlanProblem['kind'], Omit<Issue, 'description'>>>> = {
  contradiction: { type: 'contradiction', severity: 'high', suggestion: 'Keep one of the two, or say when which holds.' },
  exception: {
    type: 'exception',
    severity: 'medium',
    suggestion: 'Take out a whole kind of data that detectors know, such as e-mail addresses; any other exception needs a judge.',
  },
  residue: { type: 'scope', severity: 'medium', suggestion: 'Leave that part out, or set engine to Auto or Both.' },
  country: { type: 'scope', severity: 'medium', suggestion: 'Correct spec.countries.' },
  pattern: { type: 'actionability', severity: 'high', suggestion: 'Correct spec.patterns: it is in RE2 syntax.' },
};

function planProblems({ plan }: Checked): Issue[] {
  return plan.problems.flatMap(({ kind, message }): Issue[] => {
    const issue = PLAN_ISSUES[kind];
    return issue === undefined ? [] : [{ ...issue, description: message }];
  });
}

/** Under Block, what is found with no certainty and nobody to confirm it. */
function weakness({ plan }: Checked): Issue[] {
  if (plan.onlyAlerts.length === 0) return [];
  return [
    {
      type: 'actionability',
      severity: 'low',
      description: `Finding ${plan.onlyAlerts.join(' and ')} only alerts, though the policy is to block: detectors are often wrong about them.`,
      suggestion: 'Set engine to Both to have a judge decide, or leave them to a policy of its own that alerts.',
    },
  ];
}

function language({ content, plan }: Checked): Issue[] {
  const [first, second] = languages(content);
  const issues: Issue[] = [];
  if (first !== undefined && second !== undefined && second.words >= 4 && second.words * 2 > first.words) {
    issues.push({
      type: 'language',
      severity: 'low',
      description: 'The rule mixes languages.',
      suggestion: 'Write it in one language; it holds for text in all.',
    });
  }
  const words = content.match(/\p{L}+/gu)?.length ?? 0;
  if (words > 3 && (first?.words ?? 0) === 0 && plan.detectors.length === 0) {
    issues.push({
      type: 'language',
      severity: 'medium',
      description: 'The rule is in none of the languages that detectors are chosen by: English, German, French.',
      suggestion: 'Write it in one of them; it holds for text in all languages.',
    });
  }
  return issues;
}

const CHECKS = [unclearSentences, vagueWords, doubleNegations, allowRules, breadth, intent, substance, length, planProblems, weakness, language];

/** All that is wrong, the gravest first. */
export function findIssues(checked: Checked): Issue[] {
  const order = ['high', 'medium', 'low'];
  return CHECKS.flatMap((check) => check(checked)).toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}
