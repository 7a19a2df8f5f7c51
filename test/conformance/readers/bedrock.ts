// Converse of Amazon Bedrock. Its streams are frames: total length, length of the headers, CRC, headers, payload, CRC.
import { asJson, asList, asNumber, asText, parsed, Speech, type Json, type Said, type Tokens } from '../said.ts';

const TYPE_STRING = 7;

function headersOf(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameLength = bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, at + 1 + nameLength);
    at += 1 + nameLength;
    if (bytes.readUInt8(at) !== TYPE_STRING) throw new Error(`header ${name} is no string`);
    const length = bytes.readUInt16BE(at + 1);
    headers.set(name, bytes.toString('utf8', at + 3, at + 3 + length));
    at += 3 + length;
  }
  return headers;
}

function* framesOf(bytes: Buffer): Generator<{ kind: string; body: Json }> {
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const headersLength = bytes.readUInt32BE(at + 4);
    const headers = headersOf(bytes.subarray(at + 12, at + 12 + headersLength));
    const payload = bytes.toString('utf8', at + 12 + headersLength, at + length - 4);
    yield { kind: headers.get(':event-type') ?? headers.get(':exception-type') ?? '', body: JSON.parse(payload) as Json };
    at += length;
  }
}

function tokensOf(usage: Json): Tokens | undefined {
  if (usage['inputTokens'] === undefined) return undefined;
  const cached = asNumber(usage['cacheReadInputTokens']);
  const input = asNumber(usage['inputTokens']) + cached + asNumber(usage['cacheWriteInputTokens']);
  return { input, output: asNumber(usage['outputTokens']), cached, reasoning: 0 };
}

function readMessage({ content, stopReason, usage }: { content: Json[]; stopReason: unknown; usage: unknown }): Said {
  const speech = new Speech();
  const signatures: string[] = [];
  const cited: string[] = [];
  for (const block of content) {
    speech.say('text', block['text']);
    for (const { text } of asList(asJson(block['citationsContent'])['content'])) speech.say('text', text);
    for (const { location } of asList(asJson(block['citationsContent'])['citations'])) {
      const { url } = asJson(asJson(location)['web']);
      if (typeof url === 'string') cited.push(url);
    }
    if (block['reasoningContent'] !== undefined) {
      const { reasoningText, redactedContent } = asJson(block['reasoningContent']);
      speech.say('thought', asJson(reasoningText)['text']);
      const signature = asText(asJson(reasoningText)['signature']) || asText(redactedContent);
      if (signature !== '') signatures.push(signature);
    }
    // Tools that ran at Bedrock are nothing that the caller could answer.
    if (block['toolUse'] !== undefined && asJson(block['toolUse'])['type'] !== 'server_tool_use')
      speech.call(asJson(block['toolUse'])['name'], asJson(block['toolUse'])['input']);
  }
  speech.finish = asText(stopReason);
  return { choices: [speech.choice()], tokens: tokensOf(asJson(usage)), cited, signatures, error: undefined };
}

function assemble(bytes: Buffer): Parameters<typeof readMessage>[0] {
  const blocks: {
    text?: string;
    input?: string;
    name?: unknown;
    type?: unknown;
    thought?: string;
    signature?: string;
    redacted?: string;
  }[] = [];
  let stopReason: unknown;
  let usage: unknown;
  for (const { kind, body } of framesOf(bytes)) {
    const block = (blocks[asNumber(body['contentBlockIndex'])] ??= {});
    const start = asJson(asJson(body['start'])['toolUse']);
    const delta = asJson(body['delta']);
    const reasoning = asJson(delta['reasoningContent']);
    if (kind === 'contentBlockStart') Object.assign(block, { name: start['name'], type: start['type'], input: '' });
    else if (kind === 'contentBlockDelta') {
      if ('text' in delta) block.text = (block.text ?? '') + asText(delta['text']);
      if ('toolUse' in delta) block.input = (block.input ?? '') + asText(asJson(delta['toolUse'])['input']);
      if ('text' in reasoning) block.thought = (block.thought ?? '') + asText(reasoning['text']);
      if ('signature' in reasoning) block.signature = (block.signature ?? '') + asText(reasoning['signature']);
      if ('redactedContent' in reasoning) block.redacted = (block.redacted ?? '') + asText(reasoning['redactedContent']);
    } else if (kind === 'messageStop') ({ stopReason } = body);
    else if (kind === 'metadata') ({ usage } = body);
  }
  const content = blocks.map((block): Json => {
    if (block.name !== undefined) return { toolUse: { name: block.name, type: block.type, input: parsed(block.input ?? '') } };
    if (block.text !== undefined) return { text: block.text };
    if (block.redacted !== undefined) return { reasoningContent: { redactedContent: block.redacted } };
    return { reasoningContent: { reasoningText: { text: block.thought ?? '', signature: block.signature ?? '' } } };
  });
  return { content, stopReason, usage };
}

export function readBedrock(body: Buffer, stream: boolean): Said {
  if (stream) return readMessage(assemble(body));
  const json = asJson(JSON.parse(body.toString('utf8')));
  return readMessage({
    content: asList(asJson(asJson(json['output'])['message'])['content']),
    stopReason: json['stopReason'],
    usage: json['usage'],
  });
}
