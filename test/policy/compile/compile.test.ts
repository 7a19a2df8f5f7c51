import { describe, expect, it } from 'vitest';
import { compileRule, type Plan, type Rule } from '../../../src/policy/compile/compile.ts';
import { DETECTOR_IDS, detectorOf } from '../../../src/policy/detectors/index.ts';
import { RULES } from './rules.ts';

/** Detectors of a plan in short: ids, with what keywords and patterns look for. */
function inShort({ detectors }: Plan): string[] {
  return detectors.map(({ id, keywords, pattern }) =>
    keywords !== undefined ? `${id}:${keywords.join(',')}` : pattern !== undefined ? `${id}:${pattern}` : id,
  );
}

const plan = (content: string, more: Partial<Rule> = {}): Plan => compileRule({ content, ...more });
const summary = (content: string) => ({ detectors: inShort(plan(content)).toSorted(), judge: plan(content).needsJudge });

describe('a rule in natural language', () => {
  it.each(RULES)('$rule', ({ rule, detectors, judge }) => {
    expect(summary(rule)).toEqual({ detectors: detectors.toSorted(), judge });
  });
});

const CHANGES: readonly [name: string, change: (rule: string) => string][] = [
  ['spaces around it', (rule) => `  ${rule}\n`],
  ['no full stop at its end', (rule) => rule.replace(/[.!]$/, '')],
  ['an exclamation mark', (rule) => rule.replace(/[.!]?$/, '!')],
  ['typographic quotes and hyphens', (rule) => rule.replaceAll('"', '“').replace(/(\p{L})-(\p{L})/gu, '$1\u2010$2')],
  ['invisible characters', (rule) => rule.replace(/(\p{L})(\p{L})/u, '$1\u200b$2')],
  ['bold words', (rule) => rule.replace(/^(\p{L}+)/u, '**$1**')],
  ['itself once more', (rule) => `${rule.replace(/[.!]?$/, '.')} ${rule}`],
  ['another rule that says nothing more before it', (rule) => `This is a rule of our company. ${rule}`],
];

describe.each(CHANGES)('the plan is the same with %s', (_name, change) => {
  it.each(RULES)('$rule', ({ rule }) => {
    expect(summary(change(rule))).toEqual(summary(rule));
  });
});

/** Case tells names; where there are none it tells nothing. */
const NAMELESS = RULES.filter(({ detectors }) => !detectors.some((id) => /^(?:keyword|pattern):/.test(id)) && detectors.length > 0);

it.each(NAMELESS)('case does not change the plan: $rule', ({ rule }) => {
  expect(summary(rule.toLowerCase())).toEqual(summary(rule));
  expect(summary(rule.toUpperCase())).toEqual(summary(rule));
});

describe('the order of what is listed does not change the plan', () => {
  const ITEMS = ['card numbers', 'passwords', 'IBANs', 'e-mail addresses', 'passport numbers'];
  it.each(ITEMS.map((_item, shift) => [...ITEMS.slice(shift), ...ITEMS.slice(0, shift)]))('%s first', (...items) => {
    const expected = ['pii.card', 'pii.email', 'pii.iban', 'pii.passport', 'secret.password'];
    const list = `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
    for (const rule of [
      `Never share ${list}.`,
      `${list} must not be shared.`,
      `Block ${items.join(' or ')}.`,
      `Forbidden: ${items.join('; ')}`,
    ]) {
      expect(summary(rule), rule).toEqual({ detectors: expected, judge: false });
    }
  });
});

describe('ways to forbid and to allow', () => {
  const FORBID = [
    'Never share X.',
    'Do not share X.',
    "Don't send X to models.",
    'X must not be shared.',
    'X are not allowed.',
    'X are confidential.',
    'Block X.',
    'No X.',
    'X may not be pasted.',
    'Sharing X is prohibited.',
    'Reject requests with X.',
    'Please avoid X in prompts.',
    'X are never OK.',
    'It is forbidden to share X.',
    'X',
  ];
  const ALLOW = [
    'X are fine.',
    'X are allowed.',
    'It is OK to share X.',
    'You may share X.',
    'X can be shared.',
    'Do not block X.',
    'X are acceptable.',
    'X are not confidential.',
    'X are no problem.',
  ];
  it.each(FORBID)('forbids: %s', (form) => {
    expect(summary(form.replace('X', 'phone numbers'))).toEqual({ detectors: ['pii.phone'], judge: false });
  });
  it.each(ALLOW)('allows: %s', (form) => {
    expect(inShort(plan(`${form.replace('X', 'phone numbers')} Never share IBANs.`))).toEqual(['pii.iban']);
  });
  it.each(ALLOW)('allows in one sentence with what is forbidden: %s', (form) => {
    expect(inShort(plan(`${form.replace('X', 'phone numbers').replace(/\.$/, '')}, but never IBANs.`))).toEqual(['pii.iban']);
  });
});

describe('the engine', () => {
  it('Detectors asks no judge and says which part of the rule is not enforced', () => {
    const { needsJudge, problems, words } = plan('Never share IBANs or give legal advice.', { engine: 'Detectors' });
    expect(needsJudge).toBe(false);
    expect(problems).toEqual([{ kind: 'residue', message: expect.stringContaining('legal advice') }]);
    expect(words).toContain(problems[0]?.message);
  });
  it('Detectors has no problem with a rule that detectors cover', () => {
    expect(plan('Never share IBANs.', { engine: 'Detectors' })).toMatchObject({ problems: [], needsJudge: false });
  });
  it('Judge keeps the expressions of the author, which count wherever they match', () => {
    const { detectors, words } = plan('Never share IBANs.', { engine: 'Judge', patterns: [{ name: 'badge', pattern: 'B-\\d{4}' }] });
    expect(detectors).toEqual([{ id: 'pattern', pattern: 'B-\\d{4}' }]);
    expect(words).toEqual(['Detectors look for the pattern B-\\d{4}.', 'A judge decides by the whole rule.']);
  });
  it('Judge uses no detectors', () => {
    expect(plan('Never share IBANs.', { engine: 'Judge' })).toMatchObject({
      detectors: [],
      needsJudge: true,
      words: ['A judge decides by the whole rule.'],
    });
  });
  it('Both asks the judge also where detectors cover the rule', () => {
    expect(plan('Never share IBANs.', { engine: 'Both' })).toMatchObject({ detectors: [{ id: 'pii.iban' }], needsJudge: true });
  });
  it('tells that a judge is missing only where one is needed', () => {
    expect(plan('Never give legal advice.', { hasJudge: false }).problems).toMatchObject([{ kind: 'judge_missing' }]);
    expect(plan('Never give legal advice.', { hasJudge: true }).problems).toEqual([]);
    expect(plan('Never share IBANs.', { hasJudge: false }).problems).toEqual([]);
  });
});

describe('the plan in words', () => {
  it('says what detectors look for, what a judge decides and what is allowed', () => {
    expect(plan('Never share card numbers, SSNs or legal advice. E-mail addresses are fine.').words).toEqual([
      'Detectors look for payment card numbers and Social Security numbers (US).',
      'A judge decides the rest of the rule: legal advice.',
      'E-mail addresses are allowed by the rule.',
    ]);
  });
  it('quotes what nothing has understood', () => {
    expect(plan('Never share the recipe of our sauce.').words).toEqual(['A judge decides by the rule: "recipe" and "sauce".']);
  });
  it('says that names and postal addresses never block alone', () => {
    expect(plan('Never share customer names.').words).toEqual([
      'Detectors look for names of persons.',
      'Names of persons cannot be told with certainty: finding them alerts, and never blocks alone.',
    ]);
  });
  it('says of names what becomes of them under each action', () => {
    const said = (action: NonNullable<Rule['action']>, more: Partial<Rule> = {}) =>
      plan('Never share customer names.', { action, ...more }).words.at(-1);
    expect(said('Alert')).toBe(
      'Names of persons cannot be told with certainty: some are missed, and some of what is found is something else.',
    );
    expect(said('Block')).toBe('Names of persons cannot be told with certainty: a judge decides.');
    expect(said('Block', { engine: 'Detectors' })).toBe(
      'Names of persons cannot be told with certainty: finding them alerts, and never blocks alone; ' +
        'set engine to Both to have a judge decide.',
    );
  });
  it('says that detectors do not know an exception', () => {
    const { problems, detectors } = plan('Do not share IBANs unless the customer has consented.');
    expect(detectors).toEqual([{ id: 'pii.iban', advisory: true }]);
    expect(problems).toMatchObject([{ kind: 'exception', message: expect.stringContaining('unless the customer has consented') }]);
  });
  it('says that a rule contradicts itself, and looks for what it forbids', () => {
    const { problems, detectors } = plan('IBANs are allowed. Never share IBANs.');
    expect(detectors).toEqual([{ id: 'pii.iban' }]);
    expect(problems).toMatchObject([{ kind: 'contradiction' }]);
  });
  it.each([
    ...RULES.map(({ rule }) => rule),
    `Never mention ${'strange words '.repeat(600)}`,
    Array.from({ length: 200 }, (_one, index) => `Word${index}x is fine.`).join(' '),
  ])('fits into the status: %.60s', (rule) => {
    const { words } = plan(rule.slice(0, 8192), { engine: 'Detectors' });
    expect(words.length).toBeLessThanOrEqual(32);
    for (const sentence of words) expect(sentence.length).toBeLessThanOrEqual(512);
  });
});

describe('countries and patterns of the author', () => {
  it('go to the detectors that know them', () => {
    expect(plan('No phone numbers, tax IDs or IBANs.', { countries: ['DE', 'AT'] }).detectors).toEqual([
      { id: 'pii.national-id', countries: ['DE', 'AT'] },
      { id: 'pii.iban' },
      { id: 'pii.phone', countries: ['DE', 'AT'] },
    ]);
  });
  it('are understood as people write them', () => {
    const { detectors, problems } = plan('No phone numbers.', { countries: ['UK', 'GB', 'EL'] });
    expect(detectors).toEqual([{ id: 'pii.phone', countries: ['GB', 'GR'] }]);
    expect(problems).toEqual([]);
  });
  it('that no detector knows are told with the field and what to write', () => {
    const { problems, words } = plan('No phone numbers.', { countries: ['XX', 'DE'] });
    expect(problems).toMatchObject([{ kind: 'country', message: expect.stringMatching(/^spec\.countries: .*XX.*ISO 3166-1/) }]);
    expect(words).toContain(problems[0]?.message);
  });
  it('whose ids no detector knows are told where the rule is about ids', () => {
    expect(plan('No phone numbers.', { countries: ['DK'] }).problems).toEqual([]);
    expect(plan('No tax IDs.', { countries: ['DK', 'DE'] }).problems).toMatchObject([
      { kind: 'country', message: expect.stringMatching(/no national ids of DK, only those of AT,.*spec\.patterns/) },
    ]);
  });
  it('make social security numbers those of the countries as well', () => {
    expect(inShort(plan('No social security numbers.', { countries: ['FR'] }))).toEqual(['pii.ssn', 'pii.national-id']);
    expect(inShort(plan('No social security numbers.', { countries: ['US'] }))).toEqual(['pii.ssn']);
  });
  it('are looked for beside the rule, and cover one that says nothing else', () => {
    const patterns = [{ name: 'badge', pattern: 'B-\\d{4}' }];
    expect(plan('Do not share employee numbers.', { patterns })).toMatchObject({
      detectors: [{ id: 'pattern', pattern: 'B-\\d{4}' }],
      needsJudge: false,
    });
  });
  it('that cannot be used are problems by name, and the rest is looked for', () => {
    const patterns = [
      { name: 'badge', pattern: '(?<=B)\\d' },
      { name: 'any', pattern: 'x*' },
      { name: 'good', pattern: 'G-\\d' },
    ];
    const { problems, detectors } = plan('Do not share employee numbers.', { patterns });
    expect(detectors).toEqual([{ id: 'pattern', pattern: 'G-\\d' }]);
    expect(problems.map(({ kind, message }) => [kind, message.slice(0, 24)])).toEqual([
      ['pattern', 'spec.patterns "badge": i'],
      ['pattern', 'spec.patterns "any": mat'],
    ]);
  });
});

it('every detector that the lexicon names is in the registry', () => {
  const named = new Set(RULES.flatMap(({ rule }) => plan(rule).detectors.map(({ id }) => id)));
  expect([...named].filter((id) => !DETECTOR_IDS.includes(id))).toEqual([]);
});

it('the patterns made of examples can be used', () => {
  const samples = ['EMP-12345', 'CUST-######', 'INV-2024-001', 'AB/12.34', 'X#-NNNN', '12345678', 'K_00-xxx'];
  for (const sample of samples) {
    for (const { pattern } of plan(`Numbers look like ${sample} and are private.`).detectors) {
      expect(
        detectorOf({ id: 'pattern', pattern: pattern! }).scan(` ${sample.replace(/#|N(?=N|$)/g, '7')} `).length,
        `${sample} ${pattern}`,
      ).toBe(1);
    }
  }
});

it('names of standards and products are no examples of identifiers', () => {
  expect(
    plan('Do not talk about standards such as ISO-27001, SHA-256 or models like GPT-4.').detectors.filter(({ id }) => id === 'pattern'),
  ).toEqual([]);
});

it('compiles any text, and in time', () => {
  for (const text of [
    '',
    ' ',
    '"',
    "'".repeat(50),
    '('.repeat(200),
    'a'.repeat(8192),
    'no '.repeat(2700),
    'e-mail '.repeat(1100),
    '\u0000\ud800',
    'İİİ ßßß',
    `x${' '.repeat(8000)}x`,
    `x${'\n'.repeat(8000)}x`,
    '-'.repeat(8192),
  ]) {
    expect(plan(text).words.length, text.slice(0, 20)).toBeGreaterThan(0);
  }
});

it('too short examples are no identifiers, and would be found everywhere', () => {
  for (const rule of ['Rooms like A1 are private.', 'Years such as 2024 are private.', 'Grades like 1 are private.']) {
    expect(plan(rule).detectors, rule).toEqual([]);
  }
});

it.each(['Never Discuss Vacation Plans', 'NEVER DISCUSS VACATION PLANS'])('capitals tell no names where all have them: %s', (rule) => {
  expect(plan(rule)).toMatchObject({ detectors: [], needsJudge: true });
});
