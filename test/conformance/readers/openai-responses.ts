// The Responses API. Of a stream, deltas are read, and compared with the response that ends it.
import { asJson, asList, asNumber, asText, eventsOf, parsed, Speech, type Json, type Said, type Tokens } from '../said.ts';

function tokensOf(usage: Json): Tokens | undefined {
  if (usage['input_tokens'] === undefined) return undefined;
  return {
    input: asNumber(usage['input_tokens']),
    output: asNumber(usage['output_tokens']),
    cached: asNumber(asJson(usage['input_tokens_details'])['cached_tokens']),
    reasoning: asNumber(asJson(usage['output_tokens_details'])['reasoning_tokens']),
  };
}

function finishOf(response: Json): string {
  const reason = asText(asJson(response['incomplete_details'])['reason']);
  return [asText(response['status']), reason].filter((word) => word !== '').join(':');
}

function readResponse(response: Json): Said {
  const speech = new Speech();
  const cited: string[] = [];
  const signatures: string[] = [];
  for (const item of asList(response['output'])) {
    if (item['type'] === 'reasoning') {
      const parts = asList(item['summary']).length > 0 ? asList(item['summary']) : asList(item['content']);
      for (const { text } of parts) speech.say('thought', text);
      if (typeof item['encrypted_content'] === 'string') signatures.push(item['encrypted_content']);
    } else if (item['type'] === 'message') {
      for (const part of asList(item['content'])) {
        if (part['type'] === 'refusal') speech.say('refusal', part['refusal']);
        else speech.say('text', part['text']);
        speech.weigh(part['logprobs']);
        for (const { type, url } of asList(part['annotations'])) if (type === 'url_citation') cited.push(asText(url));
      }
    } else if (item['type'] === 'function_call') speech.call(item['name'], parsed(asText(item['arguments'])));
    else if (item['type'] === 'custom_tool_call') speech.call(item['name'], parsed(asText(item['input'])));
  }
  speech.finish = finishOf(response);
  const { error } = response;
  const message = typeof error === 'object' && error !== null ? asText(asJson(error)['message']) : undefined;
  return { choices: [speech.choice()], tokens: tokensOf(asJson(response['usage'])), cited, signatures, error: message };
}

/** The same, from the pieces. */
function fromDeltas(events: readonly Json[]): Pick<Speech, 'choice'> {
  const speech = new Speech();
  const calls = new Map<unknown, { name: unknown; args: string }>();
  for (const event of events) {
    const { type, delta } = event;
    const item = asJson(event['item']);
    if (type === 'response.output_text.delta') speech.say('text', delta);
    else if (type === 'response.refusal.delta') speech.say('refusal', delta);
    else if (type === 'response.reasoning_summary_text.delta' || type === 'response.reasoning_text.delta') speech.say('thought', delta);
    else if (type === 'response.output_item.added' && /^(?:function|custom_tool)_call$/.test(asText(item['type']))) {
      calls.set(event['output_index'], { name: item['name'], args: '' });
    } else if (type === 'response.function_call_arguments.delta' || type === 'response.custom_tool_call_input.delta') {
      const call = calls.get(event['output_index']);
      if (call !== undefined) call.args += asText(delta);
    } else if (type === 'response.output_item.done') {
      const call = calls.get(event['output_index']);
      if (call !== undefined) speech.call(call.name, parsed(call.args));
    }
  }
  return speech;
}

const ENDS = new Set(['response.completed', 'response.incomplete', 'response.failed']);

export function readResponses(body: Buffer, stream: boolean): Said {
  if (!stream) {
    const json = asJson(JSON.parse(body.toString('utf8')));
    return readResponse(json);
  }
  const events = eventsOf(body.toString('utf8'));
  const last = events.find(({ type }) => ENDS.has(asText(type)));
  const said = readResponse(asJson(last?.['response']));
  const failure = events.find(({ type }) => type === 'error');
  const error = failure === undefined ? said.error : asText(failure['message'] ?? asJson(failure['error'])['message']);
  const { blocks } = fromDeltas(events).choice();
  return { ...said, error, choices: said.choices.map((choice) => ({ ...choice, blocks })) };
}

/** What the response at the end of a stream says: it must be the sum of its pieces. */
export function readLastResponse(body: Buffer): Said | undefined {
  const last = eventsOf(body.toString('utf8')).find(({ type }) => ENDS.has(asText(type)));
  return last === undefined ? undefined : readResponse(asJson(last['response']));
}
