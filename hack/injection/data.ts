// The texts that the model of injections learns from. Their files are not part of the repository; docs/injection-model.md names their sources.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { OWN_ATTACKS } from './own-attacks.ts';
import { OWN_BENIGN } from './own-benign.ts';
import { OWN_LANGUAGES } from './own-languages.ts';
import { OWN_SUBJECTS } from './own-subjects.ts';
import { OWN_TURNS } from './own-turns.ts';

export interface Text {
  set: string;
  text: string;
  /** 1: an attack. */
  label: 0 | 1;
  /** How much it counts in training. */
  weight: number;
  /** Written here: only trained on, never measured. */
  own: boolean;
}

/** Sets and what their rows are; `weight` above 1: texts that tell the two apart best. judge_injection_own is left out on purpose. */
const SETS: readonly { set: string; label: 'row' | 0 | 1; weight: number }[] = [
  { set: 'injection_deepset', label: 'row', weight: 1 },
  { set: 'injection_cyberseceval', label: 1, weight: 1 },
  { set: 'jailbreak_inthewild', label: 1, weight: 1 },
  { set: 'jailbreak_openai_guardrails_demo', label: 'row', weight: 1 },
  { set: 'injection_notinject', label: 0, weight: 5 },
  { set: 'benign_wildguard', label: 0, weight: 1 },
  { set: 'overblock_cyber_frr', label: 0, weight: 1 },
  { set: 'overblock_xstest', label: 0, weight: 1 },
  { set: 'moderation_openai1680', label: 0, weight: 1 },
  { set: 'benign_clinc150_test', label: 0, weight: 1 },
];
const OWN_WEIGHT = 0.25;

/** Rows of NAME.jsonl.gz; undefined: the directory has no such file. */
export function rowsOf(directory: string, name: string): { text: string; label: 0 | 1 }[] | undefined {
  const file = join(directory, `${name}.jsonl.gz`);
  if (!existsSync(file)) return undefined;
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; label: 0 | 1 });
}

/** All texts, those of this project last. Throws where a file is missing. */
export function readTexts(directory: string): Text[] {
  const texts = SETS.flatMap(({ set, label, weight }) => {
    const rows = rowsOf(directory, set);
    if (rows === undefined) throw new Error(`${set}.jsonl.gz is missing in the data directory`);
    return rows.map((row): Text => ({ set, text: row.text, label: label === 'row' ? row.label : label, weight, own: false }));
  });
  const own = (set: string, list: readonly string[], label: 0 | 1): Text[] =>
    list.map((text) => ({ set, text, label, weight: OWN_WEIGHT, own: true }));
  return [
    ...texts,
    ...own('own attacks', [...OWN_ATTACKS, ...OWN_TURNS], 1),
    ...own('own benign', [...OWN_BENIGN, ...OWN_LANGUAGES, ...OWN_SUBJECTS], 0),
  ];
}
