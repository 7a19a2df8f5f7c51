// Anthropic's Messages API.
import { asJson, asList, asNumber, asText, eventsOf, parsed, Speech, type Json, type Said, type Tokens } from '../said.ts';

function tokensOf(usage: Json): Tokens | undefined {
  if (usage['input_tokens'] === undefined && usage['output_tokens'] === undefined) return undefined;
  const cached = asNumber(usage['cache_read_input_tokens']);
  return {
    input: asNumber(usage['input_tokens']) + cached + asNumber(usage['cache_creation_input_tokens']),
    output: asNumber(usage['output_tokens']),
    cached,
    reasoning: asNumber(asJson(usage['output_tokens_details'])['thinking_tokens']),
  };
}

function readMessage(message: Json): Said {
  const speech = new Speech();
  const cited: string[] = [];
  const signatures: string[] = [];
  for (const block of asList(message['content'])) {
    if (block['type'] === 'text') {
      speech.say('text', block['text']);
      for (const { url } of asList(block['citations'])) if (typeof url === 'string') cited.push(url);
    } else if (block['type'] === 'thinking') {
      speech.say('thought', block['thinking']);
      if (asText(block['signature']) !== '') signatures.push(asText(block['signature']));
    } else if (block['type'] === 'redacted_thinking') signatures.push(asText(block['data']));
    else if (block['type'] === 'tool_use') speech.call(block['name'], block['input']);
  }
  speech.finish = asText(message['stop_reason']);
  const error = message['type'] === 'error' ? asText(asJson(message['error'])['message']) : undefined;
  return { choices: [speech.choice()], tokens: tokensOf(asJson(message['usage'])), cited, signatures, error };
}

const PIECES: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  input_json_delta: 'partial_json',
};

/** The message that a stream makes, put together as the documentation says. */
function assemble(events: readonly Json[]): Json {
  const message: Json = {};
  const blocks: Json[] = [];
  for (const event of events) {
    const at = asNumber(event['index']);
    switch (event['type']) {
      case 'message_start':
        Object.assign(message, event['message']);
        break;
      case 'content_block_start':
        blocks[at] = { partial_json: '', ...asJson(event['content_block']) };
        break;
      case 'content_block_delta': {
        const delta = asJson(event['delta']);
        const block = (blocks[at] ??= {});
        const name = PIECES[asText(delta['type'])];
        if (name !== undefined) block[name] = asText(block[name]) + asText(delta[name]);
        if (delta['type'] === 'citations_delta') block['citations'] = [...asList(block['citations']), delta['citation']];
        break;
      }
      case 'message_delta':
        Object.assign(message, event['delta']);
        message['usage'] = { ...asJson(message['usage']), ...asJson(event['usage']) };
        break;
      case 'error':
        message['error'] = event['error'];
        message['type'] = 'error';
        break;
      default:
    }
  }
  const whole = blocks.map((block) =>
    asText(block['partial_json']) === '' ? block : { ...block, input: parsed(asText(block['partial_json'])) },
  );
  return { ...message, content: whole };
}

export function readAnthropic(body: Buffer, stream: boolean): Said {
  const text = body.toString('utf8');
  return readMessage(stream ? assemble(eventsOf(text)) : asJson(JSON.parse(text)));
}
