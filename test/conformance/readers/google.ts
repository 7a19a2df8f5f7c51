// generateContent of Gemini and Vertex AI.
import { asJson, asList, asNumber, asText, eventsOf, Speech, type Json, type Said, type Tokens } from '../said.ts';

function tokensOf(usage: Json): Tokens | undefined {
  if (!Object.keys(usage).some((name) => name.endsWith('TokenCount') && name !== 'totalTokenCount')) return undefined;
  const reasoning = asNumber(usage['thoughtsTokenCount']);
  return {
    input: asNumber(usage['promptTokenCount']) + asNumber(usage['toolUsePromptTokenCount']),
    output: asNumber(usage['candidatesTokenCount']) + reasoning,
    cached: asNumber(usage['cachedContentTokenCount']),
    reasoning,
  };
}

/** Arguments that come in pieces, each with a path such as `$.query` or `$.places[0].name`. */
class Pieces {
  readonly name: string;
  readonly args: Json = {};

  constructor(name: string) {
    this.name = name;
  }

  add(pieces: readonly Json[]): void {
    for (const { jsonPath, ...piece } of pieces) {
      const steps = [...asText(jsonPath).matchAll(/\.([^.[]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
        ([, name, index, quoted]) => name ?? quoted ?? Number(index),
      );
      const [value] = ['stringValue', 'numberValue', 'boolValue'].flatMap((kind) => (kind in piece ? [piece[kind]] : []));
      let target = this.args as Record<string | number, unknown>;
      for (const [at, step] of steps.slice(0, -1).entries()) {
        target = (target[step] ??= typeof steps[at + 1] === 'number' ? [] : {}) as Record<string | number, unknown>;
      }
      const last = steps.at(-1)!;
      const before = target[last];
      target[last] = typeof before === 'string' && typeof value === 'string' ? before + value : (value ?? null);
    }
  }
}

class Voice {
  readonly speech = new Speech();
  readonly cited: string[] = [];
  readonly signatures: string[] = [];
  #pieces: Pieces | undefined;

  hear(candidate: Json): void {
    for (const part of asList(asJson(candidate['content'])['parts'])) {
      this.speech.say(part['thought'] === true ? 'thought' : 'text', part['text']);
      if (part['functionCall'] !== undefined) this.#hearCall(asJson(part['functionCall']));
      const isOwn = !('text' in part) && !('functionCall' in part);
      // Of tools that ran at Google there is no twin, so their signatures go with them.
      if (typeof part['thoughtSignature'] === 'string' && !isOwn) this.signatures.push(part['thoughtSignature']);
    }
    const { finishReason } = candidate;
    if (finishReason !== undefined) this.speech.finish = String(finishReason);
    const chunks = asList(asJson(candidate['groundingMetadata'])['groundingChunks']);
    const supports = asList(asJson(candidate['groundingMetadata'])['groundingSupports']);
    // Sources that no place in the text points to are sources all the same.
    if (supports.length === 0) for (const { web } of chunks) this.cited.push(asText(asJson(web)['uri']));
    for (const { groundingChunkIndices } of supports) {
      for (const index of Array.isArray(groundingChunkIndices) ? groundingChunkIndices : [])
        this.cited.push(asText(asJson(chunks[Number(index)]?.['web'])['uri']));
    }
    for (const { token, logProbability } of asList(asJson(candidate['logprobsResult'])['chosenCandidates'])) {
      this.speech.weigh([{ token, logprob: logProbability }]);
    }
  }

  #hearCall(call: Json): void {
    if (call['willContinue'] === true && typeof call['name'] === 'string') this.#pieces = new Pieces(call['name']);
    this.#pieces?.add(asList(call['partialArgs']));
    if (this.#pieces === undefined) return this.speech.call(call['name'], call['args'] ?? {});
    if (call['willContinue'] === true) return;
    this.speech.call(this.#pieces.name, this.#pieces.args);
    this.#pieces = undefined;
  }
}

export function readGoogle(body: Buffer, stream: boolean): Said {
  const text = body.toString('utf8');
  const chunks = stream ? eventsOf(text) : [asJson(JSON.parse(text))];
  const voices: Voice[] = [];
  let usage: Json = {};
  let error: string | undefined;
  for (const chunk of chunks) {
    usage = { ...usage, ...asJson(chunk['usageMetadata']) };
    if (chunk['error'] !== undefined) error ??= asText(asJson(chunk['error'])['message']);
    for (const candidate of asList(chunk['candidates'])) (voices[asNumber(candidate['index'])] ??= new Voice()).hear(candidate);
    const { blockReason } = asJson(chunk['promptFeedback']);
    if (blockReason !== undefined) (voices[0] ??= new Voice()).speech.finish ||= 'SAFETY';
  }
  return {
    choices: voices.map(({ speech }) => speech.choice()),
    tokens: tokensOf(usage),
    error,
    cited: voices.flatMap(({ cited }) => cited),
    signatures: voices.flatMap(({ signatures }) => signatures),
  };
}
