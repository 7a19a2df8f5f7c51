// Chat Completions, as OpenAI and the servers that speak like it answer.
import { asJson, asList, asNumber, asText, eventsOf, parsed, Speech, type Json, type Said, type Tokens } from '../said.ts';

interface Call {
  name: string;
  args: string;
}

/** One choice: deltas of a stream, or the one message. */
class Voice {
  readonly speech = new Speech();
  readonly #calls: Call[] = [];
  readonly #byIndex = new Map<unknown, Call>();
  #details = '';
  readonly cited: string[] = [];
  readonly signatures: string[] = [];

  hear(message: Json): void {
    this.#sign(message);
    // Three names for the same thoughts: servers send one, or several.
    this.speech.say('thought', asText(message['reasoning_content']) || asText(message['reasoning']));
    const details = asList(message['reasoning_details']);
    this.#details += details.map(({ text, summary }) => asText(text) || asText(summary)).join('');
    const signed = details.flatMap(({ signature, data }) => [asText(signature), asText(data)]);
    this.signatures.push(...signed.filter((value) => value !== ''));
    const { content } = message;
    if (typeof content === 'string' && content !== '') this.speech.say('text', content);
    for (const part of asList(content)) {
      if (part['type'] === 'thinking') for (const { text } of asList(part['thinking'])) this.speech.say('thought', text);
      else this.speech.say('text', part['text']);
    }
    // What was spoken, in writing.
    this.speech.say('text', asJson(message['audio'])['transcript']);
    this.speech.say('refusal', message['refusal']);
    for (const call of asList(message['tool_calls'])) this.#hearCall(call);
    if ('function_call' in message && message['function_call'] !== null) this.#hearCall({ index: 0, function: message['function_call'] });
    for (const call of asList(message['tool_calls'])) this.#sign(call);
    for (const { url_citation: citation } of asList(message['annotations'])) this.cited.push(asText(asJson(citation)['url']));
  }

  /** Google's own convention for signatures in this dialect. */
  #sign(of: Json): void {
    const { thought_signature: signature } = asJson(asJson(of['extra_content'])['google']);
    if (typeof signature === 'string') this.signatures.push(signature);
  }

  #hearCall(call: Json): void {
    const key = call['index'] ?? (asText(call['id']) || this.#calls.length);
    const said = asJson(call['function'] ?? call['custom']);
    let known = this.#byIndex.get(key);
    if (known === undefined) {
      known = { name: '', args: '' };
      this.#byIndex.set(key, known);
      this.#calls.push(known);
    }
    known.name ||= asText(said['name']);
    const args = said['arguments'] ?? said['input'];
    known.args += typeof args === 'string' ? args : args === undefined || args === null ? '' : JSON.stringify(args);
  }

  end(): void {
    if (!this.speech.choice().blocks.some(({ kind }) => kind === 'thought')) this.speech.say('thought', this.#details);
    for (const { name, args } of this.#calls) this.speech.call(name, parsed(args));
  }
}

export function tokensOf(usage: Json): Tokens | undefined {
  const input = asNumber(usage['prompt_tokens']);
  const output = asNumber(usage['completion_tokens']);
  if (usage['prompt_tokens'] === undefined) return undefined;
  // xAI counts thoughts beside the completion; only its total tells.
  const apart = Math.max(asNumber(usage['total_tokens']) - input - output, 0);
  const cached = asJson(usage['prompt_tokens_details'])['cached_tokens'] ?? usage['prompt_cache_hit_tokens'] ?? usage['cached_tokens'];
  const reasoning = asJson(usage['completion_tokens_details'])['reasoning_tokens'] ?? usage['reasoning_tokens'];
  return { input, output: output + apart, cached: asNumber(cached), reasoning: asNumber(reasoning) || apart };
}

function errorOf(json: Json): string | undefined {
  const { error } = json;
  if (error === undefined || error === null) return undefined;
  return typeof error === 'string' ? error : asText(asJson(error)['message']);
}

export function readChat(body: Buffer, stream: boolean): Said {
  const chunks = stream ? eventsOf(body.toString('utf8')) : [asJson(JSON.parse(body.toString('utf8')))];
  const voices: Voice[] = [];
  let tokens: Tokens | undefined;
  let error: string | undefined;
  for (const chunk of chunks) {
    error ??= errorOf(chunk);
    tokens = tokensOf(asJson(chunk['usage'] ?? asJson(chunk['x_groq'])['usage'])) ?? tokens;
    for (const choice of asList(chunk['choices'])) {
      const voice = (voices[asNumber(choice['index'])] ??= new Voice());
      voice.hear(asJson(choice['delta'] ?? choice['message']));
      voice.speech.weigh(asJson(choice['logprobs'])['content']);
      if (typeof choice['finish_reason'] === 'string') voice.speech.finish = choice['finish_reason'];
    }
  }
  for (const voice of voices) voice.end();
  // Perplexity names its sources beside the message.
  const sources = chunks.findLast((chunk) => Array.isArray(chunk['citations']))?.['citations'] as string[] | undefined;
  const cited = voices.flatMap((voice) => voice.cited);
  return {
    choices: voices.map(({ speech }) => speech.choice()),
    tokens,
    error,
    cited: cited.length > 0 ? cited : (sources ?? []),
    signatures: voices.flatMap(({ signatures }) => signatures),
  };
}
