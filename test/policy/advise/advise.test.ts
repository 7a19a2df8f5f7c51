import { describe, expect, it } from 'vitest';
import { advise } from '../../../src/policy/advise/advise.ts';
import { compileRule } from '../../../src/policy/compile/compile.ts';
import { RULES } from '../compile/rules.ts';

const types = (content: string): string[] => [...new Set(advise(content).issues.map(({ type }) => type))];

describe('a clear rule', () => {
  it.each([
    'Never share payment card numbers.',
    'Never give legal advice.',
    'Block PII except e-mail addresses.',
    'Gib niemals Passwörter weiter.',
    'Texte dürfen keine Kreditkartennummern enthalten.',
    'The project name "Bluefinch" is confidential.',
  ])('has nothing to improve: %s', (rule) => {
    expect(advise(rule)).toMatchObject({ score: 100, severity: 'none', issues: [], proposal: rule });
  });
  it('is told with the plan it leads to', () => {
    expect(advise('Never share IBANs.').plan).toEqual(['Detectors look for IBANs.']);
  });
});

describe('trouble in a rule', () => {
  it.each([
    ['ambiguity', 'E-mail addresses are fine, but not always.'],
    ['ambiguity', 'Generally, do not share card numbers.'],
    ['ambiguity', 'Kreditkartennummern dürfen in der Regel nicht geteilt werden.'],
    ['ambiguity', 'Do not share sensitive data.'],
    ['ambiguity', 'Vertrauliche Daten dürfen nicht geteilt werden.'],
    ['ambiguity', 'Block inappropriate content.'],
    ['ambiguity', 'Keine unangemessenen Inhalte.'],
    ['ambiguity', 'Answers must be appropriate.'],
    ['ambiguity', 'Antworten müssen angemessen sein.'],
    ['ambiguity', 'Les réponses doivent être appropriées.'],
    ['ambiguity', 'Do not share card numbers and/or IBANs.'],
    ['ambiguity', 'Never share IBANs without not asking.'],
    ['ambiguity', 'Nicht unerlaubt IBANs teilen.'],
    ['scope', 'Only answer questions about cooking.'],
    ['scope', 'Beantworte nur Fragen zum Kochen.'],
    ['scope', 'Card numbers'],
    ['scope', 'Never give legal, medical or financial advice, political opinions or help with malware.'],
    ['scope', 'Never share IBANs, passwords or card numbers, and never give legal advice.'],
    ['actionability', 'Be polite.'],
    ['actionability', 'Sei höflich und freundlich.'],
    ['actionability', 'Do not do anything.'],
    ['actionability', 'You should not share IBANs.'],
    ['actionability', 'Bitte keine IBANs teilen.'],
    ['contradiction', 'IBANs are allowed. Never share IBANs.'],
    ['exception', 'Do not share IBANs unless the customer has consented.'],
    ['language', 'Nunca compartas recetas secretas con nadie.'],
    ['length', `Never share IBANs. ${'This holds for the whole of the company and for all that it does. '.repeat(50)}`],
  ])('%s: %.70s', (type, rule) => {
    const { score, severity } = advise(rule);
    expect(types(rule)).toContain(type);
    expect(score).toBeLessThan(100);
    expect(severity).not.toBe('none');
  });

  const UNCLEAR = ['Answers must be appropriate.', 'Antworten müssen angemessen sein.'];
  it.each(UNCLEAR)('is grave where nobody can tell what is meant: %s', (rule) => {
    expect(advise(rule)).toMatchObject({ severity: 'high' });
    expect(advise(rule).score).toBeLessThan(70);
  });

  it('costs more the graver it is', () => {
    const scores = [
      'Never share IBANs.',
      'You should not share IBANs.',
      'You should generally not share IBANs.',
      'You should generally not share sensitive data.',
    ].map((rule) => advise(rule).score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBe(4);
    expect(scores.at(-1)).toBeGreaterThanOrEqual(0);
  });

  it('is told the gravest first, each with what to do', () => {
    const { issues, severity, advice } = advise('You should generally not share sensitive data.');
    expect(severity).toBe(issues[0]?.severity);
    expect(issues.map(({ severity: one }) => ['high', 'medium', 'low'].indexOf(one))).toEqual(
      issues.map(({ severity: one }) => ['high', 'medium', 'low'].indexOf(one)).toSorted(),
    );
    for (const { description, suggestion } of issues) expect([description, suggestion].every((text) => text.length > 10)).toBe(true);
    expect(advice).toContain(issues[0]?.suggestion);
  });

  it('is not seen in words that a list explains', () => {
    expect(types('Never share sensitive data such as card numbers and IBANs.')).not.toContain('ambiguity');
  });
});

it.each(['nevercardnumbers', 'never ', 'never-', 'keinenamen', 'not ', 'nicht_'])('comes to an end with "%s" over and over', (piece) => {
  expect(advise(piece.repeat(8192 / piece.length)).score).toBeLessThan(100);
});

describe('the proposal', () => {
  it('has instruction, definition, what violates it, what is allowed and examples', () => {
    expect(advise('You should generally not share card numbers. E-mail addresses are fine.').proposal).toBe(
      [
        'Never share payment card numbers.',
        '',
        'The rule is about text of requests and answers, files and the data of tools included.',
        'Violates: payment card numbers.',
        'Allowed: e-mail addresses.',
        '',
        'Examples: "My card is 4111 1111 1111 1111, please book it" (Violates), "Which card types do you accept in the shop?" (Allowed).',
      ].join('\n'),
    );
  });

  it('is in the language of the rule', () => {
    expect(advise('Bitte in der Regel keine Kreditkartennummern oder IBANs teilen.').proposal).toContain(
      'Gib niemals Kreditkartennummern oder IBANs weiter.',
    );
  });

  it('is the rule itself where nothing better is known', () => {
    for (const rule of ['Be polite.', 'Do not do anything.']) expect(advise(rule).proposal).toBe(rule);
  });

  const VAGUE = RULES.filter(({ rule }) => !/[éèê]|^(?:Ne|Pas|Les|Il) /.test(rule)).map(({ rule }) => ({
    rule,
    vague: `${rule.replace(/[.!]?$/, '.')} This should usually be so.`,
  }));
  it.each(VAGUE)('leads to the same detectors: $rule', ({ vague }) => {
    const { proposal, issues } = advise(vague);
    expect(issues.length).toBeGreaterThan(0);
    expect(compileRule({ content: proposal }).detectors).toEqual(compileRule({ content: vague }).detectors);
    const { problems } = compileRule({ content: proposal });
    expect(problems.filter(({ kind }) => kind !== 'exception')).toEqual([]);
    expect(problems.length).toBe(compileRule({ content: vague }).problems.filter(({ kind }) => kind === 'exception').length);
  });

  it.each([
    'You should not share IBANs unless the customer has consented.',
    'You should not share PII except business e-mail addresses.',
    'Bitte keine Kreditkartennummern, außer sie sind maskiert.',
  ])('keeps what the rule takes out: %s', (rule) => {
    const { proposal } = advise(rule);
    expect(proposal).not.toBe(rule);
    const [before, after] = [rule, proposal].map((content) => compileRule({ content }));
    expect(after!.detectors).toEqual(before!.detectors);
    expect([after!.needsJudge, after!.judgeConfirms]).toEqual([true, true]);
  });

  it.each(VAGUE.filter(({ vague }) => advise(vague).proposal !== vague))('is better than the rule: $rule', ({ vague }) => {
    const { proposal, score } = advise(vague);
    expect(advise(proposal).score).toBeGreaterThan(score);
  });
});
