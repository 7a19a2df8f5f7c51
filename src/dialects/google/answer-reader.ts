// Answers of generateContent, chunk by chunk: each chunk of a stream has the form of a whole answer.
import type { AnswerError, ChatEvent } from '../../chat/answer.ts';
import { isObject } from '../../chat/json.ts';
import { CandidateReader } from './candidate.ts';
import { asArray, asCount, asObject, asString, type JsonObject } from './json.ts';
import { mergeCounts, readUsage } from './usage.ts';

export function readError(json: unknown): AnswerError {
  const { message, status, code } = asObject(json);
  return {
    message: asString(message),
    type: asString(status) || null,
    code: typeof code === 'number' || typeof code === 'string' ? String(code) : null,
  };
}

export class AnswerReader {
  readonly #candidates = new Map<number, CandidateReader>();
  #calls = 0;
  #counts = {};
  #sawAnything = false;
  #blocked = false;
  #failed = false;

  read(chunk: JsonObject): ChatEvent[] {
    if (this.#failed) return [];
    if (isObject(chunk['error'])) {
      this.#failed = true;
      return [{ type: 'error', error: readError(chunk['error']) }];
    }
    const events: ChatEvent[] = [];
    if (!this.#sawAnything) events.push({ type: 'start', id: asString(chunk['responseId']), model: asString(chunk['modelVersion']) });
    this.#sawAnything = true;
    if (isObject(chunk['promptFeedback']) && chunk['promptFeedback']['blockReason'] !== undefined) this.#blocked = true;
    for (const candidate of asArray(chunk['candidates'])) {
      if (isObject(candidate)) events.push(...this.#candidateAt(asCount(candidate['index']) ?? 0).read(candidate));
    }
    const counts = mergeCounts(this.#counts, chunk['usageMetadata']);
    const usage = counts === this.#counts ? undefined : readUsage(counts);
    if (usage !== undefined) events.push({ type: 'usage', usage });
    this.#counts = counts;
    return events;
  }

  /** Nothing in the protocol ends an answer but the finish reasons of its candidates. */
  end(): { events: ChatEvent[]; complete: boolean } {
    if (this.#failed) return { events: [], complete: false };
    const candidates = [...this.#candidates.values()];
    const events = candidates.flatMap((candidate) => candidate.end());
    if (candidates.length > 0) return { events, complete: candidates.every(({ hasFinished }) => hasFinished) };
    // A prompt that was refused has no candidate at all.
    return this.#blocked
      ? { events: [{ type: 'finish', choice: 0, reason: 'content-filter' }], complete: true }
      : { events: [], complete: false };
  }

  #candidateAt(index: number): CandidateReader {
    const known = this.#candidates.get(index);
    if (known !== undefined) return known;
    const made = new CandidateReader(index, () => `call_${this.#calls++}`);
    this.#candidates.set(index, made);
    return made;
  }
}
