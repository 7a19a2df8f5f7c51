// What the parts of the policy engine hand to each other: text with its place, what was found in it, and verdicts. Pure data.
import type { PolicyPhase, SnapshotPolicy } from '../snapshot/snapshot.ts';

/** Who says a piece of text. `definition`: of a tool; `tool`: the result of a call; `other`: the request does not tell. */
export type Role = 'system' | 'user' | 'assistant' | 'tool' | 'definition' | 'other';

/** A piece of text of a request or an answer. */
export interface Part {
  /** Where it stands in the caller's JSON, for example `messages[2].content[0].text`. */
  path: string;
  role: Role;
  text: string;
  /** It stands before the caller's last turn, so an earlier request has most likely been judged with it. */
  history: boolean;
  /** For detectors only: made of the ends of neighbouring parts, or a name, a number or a probability that no judge has to read. */
  seam?: true;
}

/** What cannot be read for its meaning. */
export interface Unscannable {
  path: string;
  kind: 'image' | 'audio' | 'video' | 'file' | 'unknown';
}

/** All that one request or answer says. */
export interface Content {
  parts: Part[];
  unscannable: Unscannable[];
  /** It could not be read for this reason; `too_large`: detectors have read it, but no judge can be asked about so much. */
  failure?: Failure;
}

/** Offsets in UTF-16 code units, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** One deterministic matcher, ready to use. Linear in the length of the text, without state between calls. */
export interface Detector {
  /** As in DetectorUse, with what tells uses of one id apart: `pii.card`, `keyword:bluefinch`. */
  readonly id: string;
  /** What it finds, in words for a person: `payment card numbers`. */
  readonly title: string;
  /** It is often wrong, so it never blocks on its own. */
  readonly advisory?: boolean;
  /** A match is never longer than this, in UTF-16 code units; streams hold back no more. */
  readonly maxSpan: number;
  /** Cheap: false says that scan() finds nothing. */
  mayMatch(text: string): boolean;
  /** In order, without overlaps. */
  scan(text: string): Span[];
  /** For streams: where a match may be growing at the end of the text; its length: nowhere. Absent: the last run of candidates. */
  holdFrom?(text: string): number;
  /** It judges a text as a whole, so what it finds in a stream can only be told afterwards. */
  readonly whole?: boolean;
}

/** A place where a detector matched, or what a judge quoted. Never holds the text itself. */
export interface Finding {
  /** Id of the detector, or `judge`. */
  detector: string;
  path: string;
  /** In the text of the part. */
  span: Span;
  /** Of a detector that is often wrong. */
  advisory?: true;
  /** First 16 hex digits of an HMAC of the text that matched, so that equal ones can be told without knowing them. */
  hash: string;
}

/** Why a policy could not be evaluated. `aborted`: the caller has gone, which is nobody's failure and counted nowhere. */
export const FAILURES = [
  'judge_missing',
  'judge_timeout',
  'judge_unreachable',
  'judge_refused',
  'judge_malformed',
  'judge_unfaithful',
  'judge_circuit_open',
  'unscannable',
  'too_large',
  'detector_failed',
  'aborted',
] as const;
export type Failure = (typeof FAILURES)[number];

/** What one policy says about one content. */
export type Verdict =
  | { outcome: 'allowed'; source: Source }
  | { outcome: 'violated'; source: Source; findings: Finding[] }
  /** `findings`: of detectors that are often wrong, which are told whatever the policy would have said. */
  | { outcome: 'failed'; source: Source; failure: Failure; findings?: Finding[] };

/** Who has decided. */
export type Source = 'detector' | 'judge' | 'cache' | 'engine';

/** Verdict of each policy that was asked. */
export type Verdicts = ReadonlyMap<SnapshotPolicy, Verdict>;

/** On whose behalf a judge is asked. */
export interface Asker {
  owner: Pick<SnapshotPolicy, 'namespace' | 'scope'>;
  /** Whose policies have led to what is judged, where that is the question of a judge itself, the first first: opaque ids. */
  lineage: readonly string[];
}

/** Whose traffic is judged. */
export interface Traffic {
  /** `namespace/name`; what is known of its past counts for nobody else's. */
  repository: string;
  /** See Asker. */
  lineage: readonly string[];
}

/** One question to a judge: all policies are answered together. */
export interface JudgeQuestion {
  phase: PolicyPhase;
  /** Of one owner. */
  policies: readonly SnapshotPolicy[];
  parts: readonly Part[];
  /** What was said before, to understand the parts by; not judged. */
  context: readonly Part[];
  /** Milliseconds until the answer is of no use. */
  timeout: number;
  signal: AbortSignal;
  /** See Asker; absent: what is judged is nobody's question. */
  lineage?: readonly string[];
  /** Identity of what this is a part of: several questions of one origin that fail say no more about a judge than one. */
  origin?: object;
}

/** Tokens that judging cost. */
export interface JudgeUsage {
  inputTokens: number;
  outputTokens: number;
}

/** Answers for each policy of the question. Never rejects: what goes wrong is a verdict. */
export interface Judge {
  /** Names model and version of the prompt: part of the key of cached verdicts. */
  readonly id: string;
  judge(question: JudgeQuestion): Promise<{ verdicts: Verdict[]; usage: JudgeUsage | undefined }>;
}
