// Log probabilities: Google's two parallel lists, OpenAI's one.
import { asArray, asObject, asString, type JsonObject } from './json.ts';

function tokenOf(candidate: unknown): JsonObject {
  const { token, logProbability } = asObject(candidate);
  const text = asString(token);
  return { token: text, logprob: typeof logProbability === 'number' ? logProbability : 0, bytes: [...Buffer.from(text)] };
}

/** OpenAI's entries for one `logprobsResult`. */
export function readLogprobs(result: unknown): JsonObject[] {
  const { chosenCandidates, topCandidates } = asObject(result);
  return asArray(chosenCandidates).map((chosen, index) => ({
    ...tokenOf(chosen),
    top_logprobs: asArray(asObject(asArray(topCandidates)[index])['candidates']).map(tokenOf),
  }));
}

function candidateOf(entry: unknown): JsonObject {
  const { token, logprob } = asObject(entry);
  return { token: asString(token), logProbability: typeof logprob === 'number' ? logprob : 0 };
}

/** `logprobsResult` of OpenAI's `{content: [...]}`; undefined where there is none. */
export function writeLogprobs(logprobs: unknown): JsonObject | undefined {
  const entries = asArray(asObject(logprobs)['content']);
  if (entries.length === 0) return undefined;
  return {
    chosenCandidates: entries.map(candidateOf),
    topCandidates: entries.map((entry) => ({ candidates: asArray(asObject(entry)['top_logprobs']).map(candidateOf) })),
  };
}
