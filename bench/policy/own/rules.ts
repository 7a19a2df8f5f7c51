// Rules in English, German and French, with the detectors that they have to switch on.
import type { Example } from '../sets.ts';

interface Words {
  /** Without an article; plural. */
  topics: readonly (readonly [text: string, ...ids: string[]])[];
  templates: readonly string[];
}

const LANGUAGES: readonly Words[] = [
  {
    topics: [
      ['credit card numbers', 'pii.card'],
      ['social security numbers', 'pii.ssn'],
      ['e-mail addresses', 'pii.email'],
      ['phone numbers', 'pii.phone'],
      ['IBANs', 'pii.iban'],
      ['IP addresses', 'pii.ip'],
      ['passport numbers', 'pii.passport'],
      ['passwords', 'secret.password'],
      ['private keys', 'secret.private-key'],
      ['swear words', 'profanity'],
      ['names like "Nightjar"', 'keyword:nightjar'],
      ['credit card numbers and phone numbers', 'pii.card', 'pii.phone'],
      ['IBANs or e-mail addresses', 'pii.iban', 'pii.email'],
    ],
    templates: [
      'Never share {}.',
      'No {} may be sent to a model.',
      'Block {}.',
      'Do not include {} in requests.',
      'Prompts must not contain {}.',
      '{} may, under no circumstances, be shared.',
      '{} may (even if the customer agrees) not be shared.',
      'Never share, even if the customer permits it, {}.',
      'It is forbidden, except in an emergency, to share {}.',
      'May {} be shared? No.',
    ],
  },
  {
    topics: [
      ['Kreditkartennummern', 'pii.card'],
      ['E-Mail-Adressen', 'pii.email'],
      ['Telefonnummern', 'pii.phone'],
      ['IBANs', 'pii.iban'],
      ['IP-Adressen', 'pii.ip'],
      ['Passwörter', 'secret.password'],
      ['Schimpfwörter', 'profanity'],
      ['Kreditkartennummern und Telefonnummern', 'pii.card', 'pii.phone'],
    ],
    templates: [
      'Texte dürfen keine {} enthalten.',
      'Keine {} an das Modell senden.',
      'Blockiere {}.',
      '{} dürfen nicht geteilt werden.',
      '{} dürfen, auch wenn der Kunde zustimmt, nicht geteilt werden.',
      '{} dürfen, außer im Notfall, nicht geteilt werden.',
      'Nicht geteilt werden dürfen, auch wenn der Kunde es erlaubt, {}.',
    ],
  },
  {
    topics: [
      ['numéros de carte bancaire', 'pii.card'],
      ['mots de passe', 'secret.password'],
      ['adresses e-mail', 'pii.email'],
      ['numéros de téléphone', 'pii.phone'],
    ],
    templates: [
      'Ne partagez jamais de {}.',
      'Pas de {} dans les messages.',
      'Ne partagez jamais, sauf accord, de {}.',
      'Les {} ne peuvent, même si le client le permet, pas être partagés.',
    ],
  },
];

export const rules = (): Example[] =>
  LANGUAGES.flatMap(({ topics, templates }) =>
    templates.flatMap((template) =>
      topics.map(([topic, ...ids]): Example => ({ text: template.replace('{}', topic), label: 1, category: 'rule', detectors: ids })),
    ),
  );
