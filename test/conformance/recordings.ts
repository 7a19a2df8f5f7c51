// Recorded traffic of providers: the subset in test/fixtures, or any other file of the same form by FLASHBACK_RECORDINGS.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export interface Recording {
  id: string;
  source_repo: string;
  source_path: string;
  license: string;
  provider: string;
  /** Wire format, for example `openai.chat`. */
  api: string;
  stream: boolean;
  request: { path: string; query: Record<string, unknown>; body: Record<string, unknown> | null };
  /** One of the three bodies. */
  response: { status: number; headers: Record<string, string>; body?: unknown; body_text?: string; body_base64?: string };
  tags: string[];
}

export type Api = 'openai.chat' | 'openai.responses' | 'anthropic.messages' | 'google' | 'bedrock';

const APIS: Readonly<Record<string, Api>> = {
  'openai.chat': 'openai.chat',
  'openai.responses': 'openai.responses',
  'anthropic.messages': 'anthropic.messages',
  'gemini.generateContent': 'google',
  'gemini.streamGenerateContent': 'google',
  'bedrock.converse': 'bedrock',
  'bedrock.converse-stream': 'bedrock',
};

/** Undefined for what is no chat. */
export function apiOf({ api }: Recording): Api | undefined {
  return APIS[api];
}

export const SUBSET = fileURLToPath(new URL('../fixtures/provider-traffic/records.jsonl', import.meta.url));

export function loadRecordings(path = process.env['FLASHBACK_RECORDINGS'] ?? SUBSET): Recording[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recording);
}

/** The body as the provider sent it. */
export function bytesOf({ response: { body, body_text: text, body_base64: base64 }, tags }: Recording): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  if (text === undefined) return Buffer.from(body === null ? '' : JSON.stringify(body));
  // Without `alt=sse` Google sends a stream as a list; the gateway always asks for events.
  if (!tags.includes('json_array_stream')) return Buffer.from(text);
  return Buffer.from((JSON.parse(text) as unknown[]).map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));
}
