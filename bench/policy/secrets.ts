// Rows about secrets.
import { detectors, flagged, textsOf } from './measures.ts';
import type { Row } from './rows.ts';

const onExamples = (set: string, least: number, most: number | undefined): Row => ({
  title: `secrets on ${set}`,
  needs: set,
  measure({ sets }) {
    const examples = sets(set);
    if (examples === undefined) return undefined;
    const harmless = textsOf(examples, 0);
    return [
      { name: 'recall', value: flagged(textsOf(examples, 1), detectors('secret')), least },
      ...(harmless.length === 0
        ? []
        : [{ name: 'harmless flagged', value: flagged(harmless, detectors('secret')), ...(most === undefined ? {} : { most }) }]),
    ];
  },
});

const inProse = (title: string, names: readonly string[]): Row => ({
  title,
  needs: names.join(', '),
  measure({ sets }) {
    const texts = names.flatMap((name) => textsOf(sets(name) ?? []));
    return texts.length === 0 ? undefined : [{ name: 'flagged', value: flagged(texts, detectors('secret')), most: 0.0005 }];
  },
});

const inCode: Row = {
  title: 'source files flagged as secret',
  needs: 'source files (--code)',
  measure({ sources }) {
    if (sources.length === 0) return undefined;
    return [
      { name: 'flagged', value: flagged(sources, detectors('secret')), most: 0.005 },
      { name: 'files', value: sources.length, unit: 'count' },
    ];
  },
};

export const SECRETS: readonly Row[] = [
  onExamples('secrets_noseyparker', 0.8, 0.15),
  onExamples('secrets_kingfisher', 0.78, undefined),
  inProse('prose flagged as secret', ['benign_clinc150_test', 'benign_wildguard']),
  onExamples('own_secrets', 0.95, 0.02),
  inProse('own prose flagged as secret', ['own_benign', 'own_coding', 'own_triggers']),
  inCode,
];
