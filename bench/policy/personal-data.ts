// Rows about personal data.
import { detectorOf } from '../../src/policy/detectors/index.ts';
import { detectors, flagged, isFlagged, spansFound, textsOf } from './measures.ts';
import { PHONE_COUNTRIES } from './own/values.ts';
import type { Row } from './rows.ts';

const TYPES: readonly { kind: string; id: string; countries?: readonly string[]; precision: number; recall: number }[] = [
  { kind: 'CREDIT_CARD', id: 'pii.card', precision: 0.995, recall: 0.99 },
  { kind: 'IBAN_CODE', id: 'pii.iban', precision: 0.995, recall: 0.99 },
  { kind: 'EMAIL_ADDRESS', id: 'pii.email', precision: 0.995, recall: 0.99 },
  { kind: 'US_SSN', id: 'pii.ssn', precision: 0.98, recall: 0.98 },
  { kind: 'IP_ADDRESS', id: 'pii.ip', precision: 0.95, recall: 0.98 },
  { kind: 'PHONE_NUMBER', id: 'pii.phone', precision: 0.95, recall: 0.7 },
  { kind: 'PHONE_NUMBER', id: 'pii.phone', countries: PHONE_COUNTRIES, precision: 0.95, recall: 0.7 },
];

const byType = (set: string): Row[] =>
  TYPES.map(({ kind, id, countries, precision, recall }) => ({
    title: `${id}${countries === undefined ? '' : ` of ${countries.join(', ')}`} on ${set}`,
    needs: `${set} with spans of ${kind}`,
    measure({ sets }) {
      const examples = sets(set);
      if (examples === undefined || !examples.some(({ spans = [] }) => spans.some((span) => span[2] === kind))) return undefined;
      const result = spansFound(examples, kind, detectorOf({ id, ...(countries === undefined ? {} : { countries: [...countries] }) }));
      return [
        { name: 'precision', value: result.precision, least: precision },
        { name: 'recall', value: result.recall, least: recall },
        { name: 'spans', value: result.expected, unit: 'count' },
      ];
    },
  }));

export const CERTAIN = ['pii.card', 'pii.ssn', 'pii.national-id', 'pii.iban', 'pii.phone', 'pii.email', 'pii.ip'] as const;

const harmless = (title: string, names: readonly string[]): Row => ({
  title,
  needs: names.join(', '),
  measure({ sets }) {
    const texts = names.flatMap((name) => textsOf(sets(name) ?? []));
    if (texts.length === 0) return undefined;
    return [
      { name: 'flagged', value: flagged(texts, detectors(...CERTAIN)), most: 0.001 },
      { name: 'texts', value: texts.length, unit: 'count' },
    ];
  },
});

const edges = (set: string): Row => ({
  title: `hard cases of personal data in ${set}`,
  needs: set,
  measure({ sets }) {
    const examples = sets(set);
    if (examples === undefined) return undefined;
    const all = detectors(...CERTAIN);
    const of = (category: string): string[] => textsOf(examples.filter((example) => example.category === category));
    const negatives = of('hard-negative');
    const wrong = negatives.filter((text) => isFlagged(text, all)).length;
    return [
      // One in forty, and one of fewer.
      { name: 'hard negatives flagged', value: wrong, most: Math.max(1, Math.floor(negatives.length / 40)), unit: 'count' },
      { name: 'plain ones found', value: flagged(of('plain'), all), least: 23 / 24 },
      { name: 'obfuscated ones found', value: flagged(of('obfuscated'), all), least: 6 / 8 },
    ];
  },
});

export const PERSONAL_DATA: readonly Row[] = [
  ...byType('pii_presidio_synth_v2'),
  harmless('harmless texts flagged by any detector of personal data', [
    'benign_clinc150_test',
    'benign_wildguard',
    'overblock_cyber_frr',
    'injection_notinject',
  ]),
  edges('pii_edge_own'),
  ...byType('own_pii'),
  harmless('own harmless texts flagged by any detector of personal data', ['own_benign', 'own_coding', 'own_triggers']),
  edges('own_edges'),
];
