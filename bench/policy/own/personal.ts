// Sentences around personal data, and around what only looks like it.
import type { Example } from '../sets.ts';
import { filled, times, type Dice } from './dice.ts';
import { card, email, harmlessValue, iban, ip, phone, ssn } from './values.ts';

interface Kind {
  kind: string;
  count: number;
  value(dice: Dice): string;
  templates: readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    kind: 'CREDIT_CARD',
    count: 300,
    value: card,
    templates: [
      'Please book the trip with my card {}.',
      'My card number is {}, valid until 08/29',
      'Die Kreditkarte {} wurde zweimal belastet.',
      'Kannst du prüfen, ob {} eine gültige Kartennummer ist?',
      '{"amount": 12.5, "pan": "{}"}',
      'name;card\nAnn Lee;{}\n',
      'I paid with {} and never got the goods.',
    ],
  },
  {
    kind: 'IBAN_CODE',
    count: 300,
    value: iban,
    templates: [
      'Transfer the rent to {} by Friday.',
      'Meine IBAN lautet {}.',
      'Bitte überweise 40 Euro auf {} und schick mir den Beleg.',
      'iban: {}',
      'Virement vers {} demain',
      '<account>{}</account>',
    ],
  },
  {
    kind: 'EMAIL_ADDRESS',
    count: 300,
    value: email,
    templates: [
      'Write a friendly answer to {}.',
      'Schicke die Rechnung an {}, bitte.',
      'From: Mira <{}>\nSubject: Monday',
      'contact={}&lang=de',
      'Is {} still with the company?',
      '{ "to": "{}" }',
    ],
  },
  {
    kind: 'US_SSN',
    count: 2000,
    value: ssn,
    templates: [
      'My social security number is {}.',
      'Fill in the form for SSN {} and for the year 2025.',
      'employee;ssn\nLee;{}\n',
      'Die US-Sozialversicherungsnummer {} gehört zu einem Kollegen.',
      '{"ssn":"{}","state":"OR"}',
      'W-2 for {} is missing',
    ],
  },
  {
    kind: 'IP_ADDRESS',
    count: 300,
    value: ip,
    templates: [
      'Where is {} located?',
      'Failed login of ann from {} at noon',
      'Der Kunde kam von {} auf unsere Seite.',
      'GET / HTTP/1.1 from {} took 12 ms',
      'client_ip = "{}"',
      'Block {} in the firewall, please.',
    ],
  },
  {
    kind: 'PHONE_NUMBER',
    count: 400,
    value: phone,
    templates: [
      'Call me at {} after six.',
      'Tel. {}',
      'Meine Handynummer ist {}.',
      'Ruf mich unter {} an.',
      'phone: {}',
      'You reach me on my mobile, {}.',
      'Telefon {} (nur vormittags)',
    ],
  },
];

const HARMLESS: readonly string[] = [
  'What does {} mean in this log?',
  'The build of {} has failed.',
  'Bitte prüfe {} im Archiv.',
  '{ "ref": "{}" }',
  'See {} for the details.',
  'Wir haben {} gestern umgestellt.',
];

const around = (dice: Dice, { kind, value, templates }: Kind): Example => {
  const template = dice.pick(templates);
  const text = value(dice);
  // Where {} stands: a template may hold braces of its own.
  const start = template.indexOf('{}');
  return { text: filled(template, text), label: 1, category: kind, spans: [[start, start + text.length, kind]] };
};

export const personalData = (dice: Dice): Example[] => [
  ...KINDS.flatMap((each) => times(each.count, () => around(dice, each))),
  ...times(1000, (): Example => ({ text: filled(dice.pick(HARMLESS), harmlessValue(dice)), label: 0, category: 'harmless' })),
];

const FULL_WIDTH = 0xff10;
/** Ways to write a value so that a person, or a program, still reads it. */
const DISGUISES: readonly ((value: string) => string)[] = [
  (value) => value.replace(/\d/g, (digit) => String.fromCharCode(FULL_WIDTH + Number(digit))),
  (value) => [...value].join('\u200b'),
  (value) => [...value].join('\u00ad'),
  (value) => value.replaceAll('-', '\u2011').replaceAll(' ', '\u2009'),
  (value) => [...value].map((each) => `%${each.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
  (value) => [...value].map((each) => `&#${each.charCodeAt(0)};`).join(''),
  (value) => [...value].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  (value) => Buffer.from(`account holder: Ann Lee, number: ${value}`).toString('base64'),
];

/** Hard cases: what only looks like personal data, what is plain, and what is disguised. */
export function edges(dice: Dice): Example[] {
  const values = [card, iban, ssn, email];
  const disguised = (make: (value: string) => string): Example => ({
    text: `Remember this: ${make(dice.pick(values)(dice))} please`,
    label: 1,
    category: 'obfuscated',
  });
  return [
    ...times(400, (): Example => ({ text: filled(dice.pick(HARMLESS), harmlessValue(dice)), label: 0, category: 'hard-negative' })),
    ...times(400, (): Example => ({
      text: dice.pick(['{} is his', 'note {}', 'Hier: {}.']).replace('{}', dice.pick(values)(dice)),
      label: 1,
      category: 'plain',
    })),
    ...DISGUISES.flatMap((make) => times(50, () => disguised(make))),
  ];
}
