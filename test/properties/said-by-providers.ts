// What providers say, whole and event by event, in a form that can be changed and sent again.
import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { ProviderType } from '../../src/api/resources.ts';
import { apiOf, bytesOf, loadRecordings, type Api } from '../conformance/recordings.ts';
import { eventsOf } from '../conformance/said.ts';
import { frame, RESPONSES, UPSTREAMS, type Question, type Upstream } from '../surfaces/upstreams.ts';
import { CHATS } from './routes.ts';

/** A wire format, and the type of connection that speaks it. */
export interface Wire {
  type: ProviderType;
  streamType: string;
  /** Bodies of whole answers. */
  wholes: unknown[];
  /** Each a list of events; frames are pairs of their kind and their body. */
  streams: unknown[][];
  encode(events: readonly unknown[]): Buffer;
  /** Routes whose callers are answered in it. */
  routes: string[];
}

const codec = new EventStreamCodec((bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'), (text) => Buffer.from(text));

function framesOf(bytes: Buffer): unknown[] {
  const frames: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const { headers, body } = codec.decode(bytes.subarray(at, at + length));
    frames.push([String(headers[':event-type']?.value ?? ''), JSON.parse(Buffer.from(body).toString('utf8'))]);
    at += length;
  }
  return frames;
}

/** A changed event may be no pair any more. */
function frameOf(event: unknown): Buffer {
  const [kind, body] = Array.isArray(event) ? (event as unknown[]) : ['metadata', event];
  return frame([typeof kind === 'string' ? kind : 'contentBlockDelta', body as object]);
}

/** The line that repeats the type of an event, which a changed one may have lost. */
function nameOf(event: unknown): string {
  const { type } = Object(event) as { type?: unknown };
  return typeof type === 'string' && !/[\r\n]/.test(type) ? `event: ${type}\n` : '';
}

const QUESTIONS: Question[] = ['words', 'call'];
const RECORDED = loadRecordings().filter(({ response }) => response.status === 200);

interface Made {
  api: Api;
  type: ProviderType;
  upstream: Upstream;
  /** Event lines repeat the type. */
  named?: true;
  routes?: string[];
}

function wireOf({ api, type, upstream, named = undefined, routes = Object.keys(CHATS) }: Made): Wire {
  const split = (bytes: Buffer): unknown[] => (api === 'bedrock' ? framesOf(bytes) : eventsOf(bytes.toString('utf8')));
  const recorded = RECORDED.filter((recording) => apiOf(recording) === api);
  return {
    type,
    streamType: upstream.streamType,
    wholes: [
      ...QUESTIONS.map((question) => JSON.parse(upstream.whole(question)) as unknown),
      ...recorded.filter(({ stream }) => !stream).map((recording) => JSON.parse(bytesOf(recording).toString('utf8')) as unknown),
    ],
    streams: [
      ...QUESTIONS.map((question) => split(upstream.stream(question))),
      ...recorded
        .filter(({ stream, tags }) => stream && !tags.includes('json_as_event_stream'))
        .map((recording) => split(bytesOf(recording))),
    ],
    encode: (events) => {
      if (api === 'bedrock') return Buffer.concat(events.map(frameOf));
      const texts = events.map((event) => `${named === true ? nameOf(event) : ''}data: ${JSON.stringify(event)}\n\n`);
      return Buffer.from(texts.join('') + (api === 'openai.chat' ? 'data: [DONE]\n\n' : ''));
    },
    routes,
  };
}

export const WIRES: Record<string, Wire> = {
  'chat completions': wireOf({ api: 'openai.chat', type: 'Other', upstream: UPSTREAMS.Other }),
  responses: wireOf({
    api: 'openai.responses', type: 'OpenAI', upstream: RESPONSES, named: true, routes: ['responses', 'responses as a stream'],
  }),
  messages: wireOf({ api: 'anthropic.messages', type: 'Anthropic', upstream: UPSTREAMS.Anthropic, named: true }),
  gemini: wireOf({ api: 'google', type: 'Google', upstream: UPSTREAMS.Google }),
  converse: wireOf({ api: 'bedrock', type: 'AWS', upstream: UPSTREAMS.AWS }),
};

const NATIVE: Record<string, string> = {
  'chat completions': 'chat', responses: 'responses', messages: 'messages', gemini: 'gemini', converse: 'none',
};

/** The caller speaks the same, so that the bytes pass as they came. */
export function isNative(wire: string, route: string): boolean {
  return CHATS[route]!.form.startsWith(NATIVE[wire]!);
}

/** Sends bytes in these pieces, one after the other. */
export function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}
