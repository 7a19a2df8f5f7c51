// What a rule takes out: a whole kind of data is not looked for; some of a kind still is, and a judge confirms what is found.
import { describe, expect, it } from 'vitest';
import { compileRule, type Rule } from '../../../src/policy/compile/compile.ts';
import { PII_DETECTORS } from '../../../src/policy/compile/lexicon/pii.ts';
import { SECRET_DETECTORS } from '../../../src/policy/compile/lexicon/secrets.ts';

/** Ids, with a question mark where a judge has to confirm. */
function planned(content: string, more: Partial<Rule> = {}) {
  const { detectors, needsJudge, judgeConfirms, problems } = compileRule({ content, ...more });
  const ids = detectors.map(({ id, advisory }) => `${id}${advisory === true ? '?' : ''}`);
  return { ids, needsJudge, judgeConfirms, problems: problems.map(({ kind }) => kind) };
}

const without = (...ids: string[]): string[] => PII_DETECTORS.filter((id) => !ids.includes(id));
const withUnsure = (...ids: string[]): string[] => PII_DETECTORS.map((id) => (ids.includes(id) ? `${id}?` : id));
const KEYS_UNSURE = SECRET_DETECTORS.map((id) =>
  ['secret.vendor-key', 'secret.entropy', 'secret.private-key'].includes(id) ? `${id}?` : id,
);

describe('a whole kind of data that is allowed is not looked for', () => {
  it.each<[string, string[]]>([
    ['No personal data except e-mail addresses.', without('pii.email')],
    ['No PII. Names are fine.', without('pii.person')],
    ['PII is forbidden, but you may share phone numbers and IBANs.', without('pii.phone', 'pii.iban')],
    ['Do not share contact details except phone numbers.', ['pii.email', 'pii.address']],
    ['Do not share tokens except JWTs.', ['secret.vendor-key', 'secret.entropy', 'secret.bearer']],
    ['Keine personenbezogenen Daten, außer IP-Adressen.', without('pii.ip')],
    ['Pas de données personnelles, sauf les adresses e-mail.', without('pii.email')],
    ['Never share IBANs. General questions about banks are fine.', ['pii.iban']],
    ['Personenbezogene Daten dürfen, außer E-Mail-Adressen, nicht weitergegeben werden.', without('pii.email')],
    ['Personal data may, except for e-mail addresses, not be shared.', without('pii.email')],
    ['Personal data may (except for e-mail addresses and IBANs) not be shared.', without('pii.iban', 'pii.email')],
    ['No personal data except e-mail addresses may be sent.', without('pii.email')],
    ['Except for e-mail addresses, phone numbers, and IBANs, no personal data may be sent.', without('pii.iban', 'pii.phone', 'pii.email')],
    ['Keine personenbezogenen Daten außer E-Mail-Adressen an das Modell senden.', without('pii.email')],
  ])('%s', (rule, ids) => {
    expect(planned(rule)).toEqual({ ids, needsJudge: false, judgeConfirms: false, problems: [] });
  });
});

describe('some of a kind that is allowed is still looked for, and a judge confirms', () => {
  it.each<[string, string[]]>([
    ['No card numbers except masked card numbers.', ['pii.card?']],
    ['Never share card numbers. Masked card numbers are fine.', ['pii.card?']],
    ['Never share card numbers unless masked.', ['pii.card?']],
    ['Never share card numbers. Test cards are fine.', ['pii.card?']],
    ['No card numbers with the exception of test card numbers.', ['pii.card?']],
    ['No secrets, test keys are fine.', KEYS_UNSURE],
    ['No secrets. Test keys are fine.', KEYS_UNSURE],
    ['No personal data except business e-mail addresses.', withUnsure('pii.email')],
    ['No personal data except mobile numbers.', withUnsure('pii.phone')],
    ['No personal data except names of employees.', withUnsure('pii.person')],
    ['Never share IP addresses; our own servers’ IPs are allowed.', ['pii.ip?']],
    ['Do not share PII; e-mail addresses and phone numbers of our own staff are fine.', withUnsure('pii.email', 'pii.phone')],
    ['Never share e-mail addresses. Those of our support team are fine.', ['pii.email?']],
    ['E-mail addresses are fine except private e-mail addresses.', ['pii.email?']],
    ['PII is forbidden. E-mail addresses are fine unless they are private.', withUnsure('pii.email')],
    ['No IBANs except for customers.', ['pii.iban?']],
    ['Do not share IBANs unless the customer has consented.', ['pii.iban?']],
    ['Do not mention "Kestrel" except in press releases.', ['keyword?']],
    ['Never share real card numbers; example numbers are fine.', ['pii.card?']],
    ['Keine Kreditkartennummern. Testdaten sind in Ordnung.', ['pii.card?']],
    ['Do not share phone numbers other than the public hotline.', ['pii.phone?']],
    ['No e-mail addresses except support@example.com.', ['pii.email?']],
    ['Credit card numbers are blocked. Debit card numbers are allowed.', ['pii.card?']],
    ['Keine Namen, außer sie sind öffentlich bekannt.', ['pii.person?']],
    ['Keine personenbezogenen Daten außer geschäftlichen E-Mail-Adressen.', withUnsure('pii.email')],
    ['Keine Kreditkartennummern, außer sie sind maskiert.', ['pii.card?']],
    ['Keine Kreditkartennummern; Testkarten sind erlaubt.', ['pii.card?']],
    ['Pas de données personnelles, sauf les adresses e-mail professionnelles.', withUnsure('pii.email')],
    ['Do not, unless the user insists, reveal IP addresses.', ['pii.ip?']],
    ['It is forbidden, except in an emergency, to share customers’ IBANs.', ['pii.iban?']],
    ['Ne partagez jamais, sauf accord, de numéros de carte.', ['pii.card?']],
    ['Card numbers, unless the customer agrees, may not be shared.', ['pii.card?']],
    ['No personal data except e-mail addresses of our staff may be sent.', withUnsure('pii.email')],
    ['Keine personenbezogenen Daten außer E-Mail-Adressen von Lieferanten an das Modell senden.', withUnsure('pii.email')],
  ])('%s', (rule, ids) => {
    expect(planned(rule)).toEqual({ ids, needsJudge: true, judgeConfirms: true, problems: ['exception'] });
  });

  it('the plan quotes what is taken out', () => {
    expect(compileRule({ content: 'No card numbers except masked card numbers.' }).words).toEqual([
      'Detectors look for payment card numbers.',
      'Detectors do not know what the rule takes out ("except masked card numbers") and find it as well; ' +
        'a judge has to confirm what they find.',
    ]);
  });
  it('the judge sees everything where the rule has another part that only a judge can tell', () => {
    const { needsJudge, judgeConfirms } = compileRule({ content: 'No IBANs unless they are public, and no legal advice.' });
    expect([needsJudge, judgeConfirms]).toEqual([true, false]);
  });
  it('without a judge by the author’s wish they are found, and the plan says so', () => {
    const { detectors, words } = compileRule({ content: 'No card numbers except masked card numbers.', engine: 'Detectors' });
    expect(detectors).toEqual([{ id: 'pii.card' }]);
    expect(words.at(-1)).toContain('set engine to Auto to have a judge confirm');
  });
  it('expressions of the author stay certain', () => {
    const { detectors } = compileRule({ content: 'No badges except old ones.', patterns: [{ name: 'badge', pattern: 'B-\\d{4}' }] });
    expect(detectors).toEqual([{ id: 'pattern', pattern: 'B-\\d{4}' }]);
  });
});

describe('customer data, of which detectors find a part', () => {
  it.each([
    'No customer data except e-mail addresses may be sent.',
    'Keine Kundendaten außer E-Mail-Adressen an das Modell senden.',
    'Kundendaten dürfen, E-Mail-Adressen ausgenommen, nicht weitergegeben werden.',
  ])('are looked for but for what is taken out: %s', (rule) => {
    expect(planned(rule)).toEqual({ ids: without('pii.email'), needsJudge: true, judgeConfirms: false, problems: [] });
  });
});

describe('a sentence that forbids what is not understood permits nothing', () => {
  it.each<[string, string[]]>([
    ['E-mail addresses are fine, but not always.', ['pii.email?']],
    ['You may share e-mail addresses, no approval needed.', ['pii.email?']],
    ['May "Kestrel" be mentioned? Of course it is unacceptable.', ['keyword?']],
    ['Never share passwords. IBANs are fine, but not always.', ['pii.iban?', 'secret.password']],
  ])('%s', (rule, ids) => {
    expect(planned(rule)).toEqual({ ids, needsJudge: true, judgeConfirms: false, problems: [] });
    expect(compileRule({ content: rule }).words.join(' ')).toMatch(/A judge decides the rest of the rule: what ".*" forbids, which is not/);
  });
  it('what is only permitted stays so', () => {
    for (const rule of ['Do not block phone numbers.', 'It is no problem to share phone numbers.', 'Masked phone numbers are fine.'])
      expect(planned(rule).ids).toEqual([]);
    expect(planned('You may: share phone numbers. Never share IBANs.').ids).toEqual(['pii.iban']);
    expect(planned('You may, of course, share phone numbers and names. Never share IBANs.').ids).toEqual(['pii.iban']);
  });
});

describe('talk of a kind of data, and exceptions that are none, take nothing out', () => {
  it.each<[string, string[]]>([
    ['You may discuss IBANs in general. Never share real IBANs.', ['pii.iban']],
    ['It is fine to talk about passwords in general, but never share passwords.', ['secret.password']],
    ['Questions about credit cards are fine; card numbers are not.', ['pii.card']],
    ['No personal data. Questions about e-mail addresses are fine.', [...PII_DETECTORS]],
    ['Fragen zu IBANs sind erlaubt, IBANs selbst nicht.', ['pii.iban']],
    ['Do not share card numbers. Exceptions: none.', ['pii.card']],
    ['Never share passwords, no exceptions.', ['secret.password']],
    ['Passwörter dürfen ausnahmslos nicht geteilt werden.', ['secret.password']],
  ])('%s', (rule, ids) => {
    expect(planned(rule)).toEqual({ ids, needsJudge: false, judgeConfirms: false, problems: [] });
  });
});

describe('what all is allowed but', () => {
  it.each<[string, string[]]>([
    ['Anything but card numbers may be shared.', ['pii.card']],
    ['Share anything but card numbers.', ['pii.card']],
    ['Everything but passwords is fine.', ['secret.password']],
    ['You can send anything but passwords.', ['secret.password']],
    ['Share anything except passwords and IBANs.', ['pii.iban', 'secret.password']],
    ['Alles außer Passwörtern darf geteilt werden.', ['secret.password']],
    ['Everything may be shared, but not card numbers.', ['pii.card']],
  ])('is forbidden: %s', (rule, ids) => {
    expect(planned(rule)).toEqual({ ids, needsJudge: false, judgeConfirms: false, problems: [] });
  });
});

describe('names of persons under Block', () => {
  it('need a judge where the rule names them', () => {
    const plan = planned('Customer names must not leave the company.', { action: 'Block' });
    expect(plan).toMatchObject({ needsJudge: true, judgeConfirms: false });
    expect(planned('Never share IBANs or home addresses.', { action: 'Block' })).toMatchObject({ needsJudge: true });
  });
  it('need none for an alert', () => {
    expect(planned('Customer names must not leave the company.', { action: 'Alert' })).toMatchObject({ needsJudge: false });
  });
  it('only alert where they are but a part of personal data, and the plan says so', () => {
    const { needsJudge, onlyAlerts, words } = compileRule({ content: 'No personal data.', action: 'Block' });
    expect(needsJudge).toBe(false);
    expect(onlyAlerts).toEqual(['names of persons', 'postal addresses']);
    expect(words.join(' ')).toMatch(/Names of persons and postal addresses cannot be told .*: finding them alerts, and never blocks alone/);
  });
});
