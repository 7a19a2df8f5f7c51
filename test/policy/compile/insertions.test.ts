// What is forbidden without exception is looked for, however the sentence is put: each kind of data in each form of sentence.
import { describe, expect, it } from 'vitest';
import { compileRule } from '../../../src/policy/compile/compile.ts';
import { PII_DETECTORS } from '../../../src/policy/compile/lexicon/pii.ts';

type Kind = readonly [name: string, ...ids: string[]];

interface Language {
  /** Plural, without an article; in German in the nominative, which is the accusative as well. */
  kinds: readonly Kind[];
  /** Of all kinds of personal data, and what may be taken out of them. */
  family: string;
  exempt: Kind;
  /** Forbid all of `{}`. */
  all: readonly string[];
  /** Forbid `{}` unless something holds that no detector knows. */
  some: readonly string[];
  /** Forbid `{family}` but for `{exempt}`. */
  but: readonly string[];
}

const ENGLISH: Language = {
  kinds: [
    ['credit card numbers', 'pii.card'],
    ['IBANs', 'pii.iban'],
    ['phone numbers and passport numbers', 'pii.phone', 'pii.passport'],
    ['passwords', 'secret.password'],
    ['names like "Nightjar"', 'keyword'],
  ],
  family: 'personal data',
  exempt: ['e-mail addresses', 'pii.email'],
  all: [
    '{} may, under no circumstances, be shared.',
    '{} may, in no way, be shared, copied or sent.',
    '{} may, of course, never be shared.',
    '{} may, like all that is private, not be shared.',
    '{} may (even if the customer agrees) not be shared.',
    '{} may - even if the customer permits it - not be shared.',
    '{} may – even if the customer permits it – not be shared.',
    '{} may—even where that is allowed—not be shared.',
    '{} may, as said, even if the customer permits it, not be shared.',
    '{}, even if the customer permits it, must not be shared.',
    '{} (even if the customer permits it) must not be shared.',
    '{}, which may be harmless, must not be shared.',
    'Even if the customer permits it, {} must not be shared.',
    'Even if {} are allowed by law, never share them.',
    'Never share, even if the customer permits it, {}.',
    'Never, even if the customer permits it, share {}.',
    'You may not, even when you are permitted to, share {}.',
    'Nobody may, whatever was allowed before, share {}.',
    'Nobody, like most of us, may share {}.',
    'Under no circumstances, whatever the customer permits, may {} be shared.',
    '{} may in our chats, even if the customer permits it, never appear.',
    'Passports must not be shared, even if the customer permits it, or {}.',
    '{} may hardly be shared.',
    '{} may be shared by nobody.',
    'Nowhere may {} be shared.',
    'May {} be shared? No.',
    'Is it fine to share {}? Never.',
    'Never stop redacting {}.',
    'Do not remove the block on {}.',
    'Do not fail to block {}.',
    'Do not allow {}.',
    'It is not true that {} may be shared.',
    'Whoever shares {} may be punished.',
  ],
  some: [
    '{} may, except for masked ones, not be shared.',
    '{} may, unless the customer agrees, not be shared.',
    '{} are, except for masked ones, forbidden.',
    'Do not, unless the user insists, reveal {}.',
    'It is forbidden, except in an emergency, to share {}.',
    'Never share, unless the customer insists, {}.',
    '{}, unless the customer permits it, must not be shared.',
    '{} may, after approval, only be shared with a doctor.',
    '{} may, but only after approval, be shared.',
    '{} may only be shared with a doctor.',
    'Only a doctor may see {}.',
    '{} may, if not masked, be shared.',
    '{} are fine, but not always.',
  ],
  but: [
    '{family} may, except for {exempt}, not be shared.',
    '{family} may (except for {exempt}) not be shared.',
    '{family} may - except for {exempt} - not be shared.',
    '{family} may except for {exempt} not be shared.',
    '{family} may, except for {exempt}, in no way be shared, copied, or sent.',
    '{family} may in requests, except for {exempt}, not be shared.',
    '{family} may, unlike {exempt}, not be shared.',
    '{family}, except {exempt}, must not be shared.',
    'No {family} except {exempt} may be sent to a model.',
    'No {family}, except {exempt}, may be sent.',
    'Except for {exempt}, no {family} may be sent.',
    'Except for {exempt} no {family} may be sent.',
    'Unlike {exempt}, {family} must not be shared.',
    'It is forbidden, except for {exempt}, to share {family}.',
    'Do not share {family} except {exempt}.',
  ],
};

const GERMAN: Language = {
  kinds: [
    ['Kreditkartennummern', 'pii.card'],
    ['IBANs', 'pii.iban'],
    ['Telefonnummern und Reisepassnummern', 'pii.phone', 'pii.passport'],
    ['Passwörter', 'secret.password'],
  ],
  family: 'personenbezogene Daten',
  exempt: ['E-Mail-Adressen', 'pii.email'],
  all: [
    '{} dürfen, auch wenn der Kunde zustimmt, nicht weitergegeben werden.',
    '{} dürfen (auch wenn der Kunde es erlaubt) nicht weitergegeben werden.',
    '{} dürfen – selbst wenn der Kunde es erlaubt – nicht weitergegeben werden.',
    '{} dürfen, wie gesagt, nicht weitergegeben werden.',
    '{} dürfen, wie alle Geheimnisse, nicht weitergegeben werden.',
    '{} dürfen, unter keinen Umständen, weitergegeben werden.',
    '{}, auch wenn der Kunde es erlaubt, dürfen nicht weitergegeben werden.',
    '{} darf niemand weitergeben.',
    '{} dürfen an Dritte, auch wenn der Kunde zustimmt, nicht weitergegeben werden.',
    '{} darf man, wie alle Geheimnisse, nicht weitergeben.',
    'Niemand, wie gesagt, darf {} weitergeben.',
    'Auf keinen Fall, wie alle Geheimnisse, dürfen {} geteilt werden.',
    'Niemand darf, auch wenn es erlaubt scheint, {} weitergeben.',
    'Auch wenn der Kunde es erlaubt, dürfen {} nicht weitergegeben werden.',
    'Weitergegeben werden dürfen, auch wenn der Kunde zustimmt, {} nicht.',
    'Nicht weitergegeben werden dürfen {}.',
    'Teile niemals, auch wenn der Kunde es erlaubt, {}.',
    'Dürfen {} geteilt werden? Nein.',
    '{} dürfen nirgendwo erscheinen.',
    'Es ist, auch mit Erlaubnis, verboten, {} zu teilen.',
  ],
  some: [
    '{} dürfen, außer im Notfall, nicht weitergegeben werden.',
    '{} dürfen, es sei denn der Kunde stimmt zu, nicht weitergegeben werden.',
    'Es ist verboten, außer im Notfall, {} weiterzugeben.',
    '{} dürfen nur an Ärzte weitergegeben werden.',
    'Nur Ärzte dürfen {} sehen.',
    'Gib niemals, außer im Notfall, {} weiter.',
  ],
  but: [
    '{family} dürfen, außer {exempt}, nicht weitergegeben werden.',
    '{family} dürfen (außer {exempt}) nicht weitergegeben werden.',
    '{family} dürfen – außer {exempt} – nicht weitergegeben werden.',
    '{family} dürfen in Anfragen, außer {exempt}, nicht weitergegeben werden.',
    '{family} dürfen, abgesehen von {exempt}, nicht weitergegeben werden.',
    '{family} dürfen außer {exempt} nicht weitergegeben werden.',
    '{family} dürfen, {exempt} ausgenommen, nicht weitergegeben werden.',
    '{family} dürfen, mit Ausnahme von {exempt}, nicht weitergegeben werden.',
    'Keine {family} außer {exempt} an das Modell senden.',
    'Außer {exempt} dürfen keine {family} gesendet werden.',
    'Nicht weitergegeben werden dürfen, außer {exempt}, {family}.',
    'Anders als {exempt} dürfen {family} nicht geteilt werden.',
  ],
};

const FRENCH: Language = {
  kinds: [
    ['numéros de carte bancaire', 'pii.card'],
    ['mots de passe', 'secret.password'],
    ['numéros de téléphone', 'pii.phone'],
  ],
  family: 'données personnelles',
  exempt: ['adresses e-mail', 'pii.email'],
  all: [
    'Les {} peuvent, en aucun cas, être partagés.',
    'Les {} ne peuvent, même si le client le permet, pas être partagés.',
    'Ne partagez, même si le client le permet, pas de {}.',
    'Ne partagez jamais, même si le client le permet, de {}.',
    'Même si le client le permet, les {} ne doivent pas être partagés.',
    'Il est, même avec accord, interdit de partager des {}.',
    'Les {} peuvent-ils être partagés ? Non.',
    'Personne ne peut, même si le client le permet, partager des {}.',
  ],
  some: [
    'Ne partagez jamais, sauf accord, de {}.',
    'Il est, sauf urgence, interdit de partager des {}.',
    'Il est interdit, sauf en cas de danger, de partager des {}.',
    'Les {} ne peuvent, sauf accord, pas être partagés.',
  ],
  but: [
    'Les {family} ne peuvent, sauf les {exempt}, pas être partagées.',
    'Les {family} ne doivent (sauf les {exempt}) pas être partagées.',
    'Les {family}, sauf les {exempt}, ne doivent pas être partagées.',
    'Contrairement aux {exempt}, les {family} ne doivent pas être partagées.',
  ],
};

const LANGUAGES: readonly Language[] = [ENGLISH, GERMAN, FRENCH];

const idsOf = (content: string): string[] => compileRule({ content }).detectors.map(({ id }) => id);
const covers = (ids: readonly string[], id: string): boolean => ids.includes(id) || (id.startsWith('secret.') && ids.includes('secret'));
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

describe.each(LANGUAGES)('$family and their like: what is forbidden', ({ kinds, family, exempt, all, some, but }) => {
  it.each([...all, ...some])('is looked for: %s', (template) => {
    for (const [name, ...ids] of kinds) {
      const rule = capital(template.replace('{}', name));
      const found = idsOf(rule);
      expect(
        ids.filter((id) => !covers(found, id)),
        rule,
      ).toEqual([]);
    }
  });

  it.each(all)('is certain where nothing is taken out: %s', (template) => {
    for (const [name] of kinds) {
      const rule = capital(template.replace('{}', name));
      const { detectors, allowed } = compileRule({ content: rule });
      expect([detectors.filter(({ advisory }) => advisory === true), allowed], rule).toEqual([[], []]);
    }
  });

  it.each(some)('is for a judge to weigh where some of it is taken out: %s', (template) => {
    for (const [name] of kinds) expect(compileRule({ content: capital(template.replace('{}', name)) }).needsJudge).toBe(true);
  });

  it.each(but)('is all but what is taken out: %s', (template) => {
    const [name, ...ids] = exempt;
    const { detectors, needsJudge } = compileRule({ content: capital(template.replace('{family}', family).replace('{exempt}', name)) });
    expect({ detectors, needsJudge }).toEqual({
      detectors: PII_DETECTORS.filter((id) => !ids.includes(id)).map((id) => ({ id })),
      needsJudge: false,
    });
  });
});
