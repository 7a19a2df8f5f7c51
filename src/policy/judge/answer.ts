// Reads what a judge answered. All of it must be as asked: nothing is searched for in prose, and a judge that missed the canary, repeated
// another nonce, left a policy out or quoted words that are not there has not judged.
import { isObject, type Json } from '../../chat/json.ts';
import type { SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Failure, JudgeUsage } from '../types.ts';
import { MAX_EVIDENCE, type Question } from './question.ts';

/** What a judge says about one policy. `evidence`: where in which part of the question. */
export type Judgement = { violates: false } | { violates: true; part: number; evidence: string; quoted: boolean };

export type Judgements = { judgements: ReadonlyMap<SnapshotPolicy, Judgement> } | { failure: Failure };

const hasExactly = (object: Json, names: readonly string[]): boolean =>
  Object.keys(object).length === names.length && names.every((name) => Object.hasOwn(object, name));

/** How many members the objects of a valid JSON text have. Of two of one name JSON.parse keeps the last, so they must not be missed. */
const membersIn = (json: string): number => json.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;

/** As a reader compares a quotation: letters alike, spaces and case set aside. */
const plain = (text: string): string => text.normalize('NFKC').replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '').replace(/\s+/g, ' ').trim().toLowerCase();

interface Result {
  policy: string;
  violates: boolean;
  part: number;
  evidence: string;
}

const MEMBERS = ['policy', 'verdict', 'part', 'evidence'];

function readResult(value: unknown): Result | undefined {
  if (!isObject(value) || !hasExactly(value, MEMBERS)) return undefined;
  const { policy, verdict, part, evidence } = value;
  if (typeof policy !== 'string' || typeof part !== 'number' || !Number.isInteger(part) || typeof evidence !== 'string') return undefined;
  if (verdict !== 'violates' && verdict !== 'allowed') return undefined;
  return { policy, violates: verdict === 'violates', part, evidence };
}

function toJudgement({ violates, part, evidence }: Result, { parts }: Question): Judgement {
  if (!violates) return { violates: false };
  const text = parts[part]?.text;
  const words = plain(evidence);
  // A quotation may be cut where the form ends.
  const quoted = text !== undefined && words !== '' && evidence.length <= 2 * MAX_EVIDENCE && plain(text).includes(words);
  return { violates: true, part, evidence, quoted };
}

/** Reads the text of the answer. Exactly one result for each policy, the canary found in its part, the nonce repeated. */
export function readJudgements(text: string, question: Question): Judgements {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { failure: 'judge_malformed' };
  }
  if (!isObject(json) || !hasExactly(json, ['nonce', 'results']) || !Array.isArray(json['results'])) return { failure: 'judge_malformed' };
  if (json['nonce'] !== question.nonce) return { failure: 'judge_unfaithful' };
  if (membersIn(text) !== 2 + MEMBERS.length * json['results'].length) return { failure: 'judge_malformed' };
  const results = json['results'].map(readResult);
  const byId = new Map(results.flatMap((result) => (result === undefined ? [] : [[result.policy, result] as const])));
  const asked = [...question.policies.keys()];
  if (results.length !== asked.length || byId.size !== asked.length || !asked.every((id) => byId.has(id))) return { failure: 'judge_malformed' };
  const judgements = new Map<SnapshotPolicy, Judgement>();
  for (const [id, policy] of question.policies) {
    const result = byId.get(id)!;
    if (policy !== undefined) judgements.set(policy, toJudgement(result, question));
    else if (!result.violates || result.part !== question.canaryPart || !result.evidence.includes(question.canary)) return { failure: 'judge_unfaithful' };
  }
  return { judgements };
}

export type JudgeText = { text: string; usage: JudgeUsage | undefined } | { failure: Failure; usage: JudgeUsage | undefined };

const count = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0);

function usageOf(json: Json): JudgeUsage | undefined {
  const usage = json['usage'];
  return isObject(usage) ? { inputTokens: count(usage['prompt_tokens']), outputTokens: count(usage['completion_tokens']) } : undefined;
}

/** The text of a chat completion, or why there is none to read. */
export function readCompletion(body: string): JudgeText {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { failure: 'judge_malformed', usage: undefined };
  }
  if (!isObject(json)) return { failure: 'judge_malformed', usage: undefined };
  const usage = usageOf(json);
  const choice: unknown = Array.isArray(json['choices']) ? json['choices'][0] : undefined;
  const message = isObject(choice) ? choice['message'] : undefined;
  if (!isObject(choice) || !isObject(message)) return { failure: 'judge_malformed', usage };
  if (typeof message['refusal'] === 'string' && message['refusal'] !== '') return { failure: 'judge_refused', usage };
  if (choice['finish_reason'] === 'content_filter') return { failure: 'judge_refused', usage };
  return typeof message['content'] === 'string' ? { text: message['content'], usage } : { failure: 'judge_malformed', usage };
}
