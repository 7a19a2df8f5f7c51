// A gateway with one policy, or several, in front of one provider of any type, and a judge that does as the test says.
import { hashKey } from '../../../src/api/api-key.ts';
import type { ProviderType } from '../../../src/api/resources.ts';
import { systemClock, type Clock } from '../../../src/clock.ts';
import type { BodyBudget } from '../../../src/gateway/body-budget.ts';
import { Account, personOf, type Entries } from '../../../src/gateway/ledger/account.ts';
import type { GatewayLedger } from '../../../src/gateway/ledger/assemble.ts';
import type { SnapshotPolicy } from '../../../src/snapshot/snapshot.ts';
import { call, type Reply } from '../../fake/caller.ts';
import { aKey, aProvider, aRepository, aSnapshot, startGateway, type RunningGateway } from '../../fake/gateway.ts';
import { startProvider, type FakeProvider, type ReceivedCall } from '../../fake/provider.ts';
import type { ChatAnswer, ChatEvent, Usage } from '../../../src/chat/answer.ts';
import type { AnswerHead, SurfaceDialect } from '../../../src/chat/dialect.ts';
import { unfoldAnswer } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block } from '../../../src/chat/request.ts';
import { anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';
import { googleSurface } from '../../../src/dialects/google/dialect.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { openAiResponsesSurface } from '../../../src/dialects/openai-responses/dialect.ts';
import { aPolicy } from '../../policy/policies.ts';
import { completion, honest } from '../../policy/judge/scripted.ts';

export const KEYS = { OpenAI: aKey(1), Anthropic: aKey(2), Google: aKey(3) };
export const MODEL = 'small-1';
export const CARD = '4242 4242 4242 4242';

/** Blocks payment card numbers by a detector. */
export const NO_CARDS: SnapshotPolicy = (() => {
  const { judge: _judge, ...policy } = aPolicy({ name: 'no-cards', content: 'No payment card numbers.', detectors: [{ id: 'pii.card' }] });
  return policy;
})();
/** Blocks legal advice by the judge, which knows it by the word "sue". */
export const NO_ADVICE = aPolicy({ onUnscannable: 'Allow' });

/** Nothing listens there: the port is of a service that died out. */
const NOBODY = 'http://127.0.0.1:1/v1';

type Answered = { status: number; body: string } | 'hang';
type AnswerTo = (call: ReceivedCall) => Answered | 'reset';

/** Finds the word "sue". */
export const honestJudge: (call: ReceivedCall) => Answered = ({ body }) => {
  const asked = JSON.parse(body) as Record<string, unknown>;
  return completion(JSON.stringify(honest(asked, (_rule, text) => /\bsue\b/.exec(text)?.[0])));
};

export interface PolicyStage {
  gateway: RunningGateway;
  provider: FakeProvider;
  judge: FakeProvider;
  /** How the judge answers from now on. */
  judged(answer: AnswerTo): void;
  use(...policies: SnapshotPolicy[]): void;
  ask(options: Parameters<typeof call>[1]): Promise<Reply>;
  close(): Promise<void>;
}

export async function startPolicyStage(type: ProviderType = 'Other', clock: Clock = systemClock, bodyBudget?: BodyBudget, entries?: Entries): Promise<PolicyStage> {
  const [provider, judge] = await Promise.all([startProvider(), startProvider()]);
  const models = { [MODEL]: { llm: 'team-a/main', upstream: MODEL } };
  const snapshot = (...policies: SnapshotPolicy[]) => {
    const byKey = Object.fromEntries(policies.map((policy) => [`${policy.namespace}/${policy.name}`, policy]));
    return aSnapshot({
      providers: { 'team-a/main': aProvider(provider.url, { type }), 'team-a/judge': aProvider(judge.url, { type: 'Other' }), 'team-a/nobody': aProvider(NOBODY, { type: 'Other' }) },
      repositories: { 'team-a/chat': aRepository({ surfaces: ['OpenAI', 'Anthropic', 'Google'], models, policies: Object.keys(byKey) }) },
      keys: Object.fromEntries(
        (Object.keys(KEYS) as (keyof typeof KEYS)[]).map((name) => [hashKey(KEYS[name]), { id: `key_${name}`, repository: 'team-a/chat', type: name }]),
      ),
      policies: byKey,
    });
  };
  const open: GatewayLedger['open'] = (record, body) => new Account({ entries: entries!, host: 'gateway-1', clock }, record, personOf(body));
  const gateway = await startGateway(snapshot(), clock, bodyBudget, undefined, entries === undefined ? undefined : { open });
  const judged = (answer: AnswerTo): void =>
    judge.answer((response, received) => {
      const said = answer(received);
      if (said === 'hang') return;
      if (said === 'reset') return void response.socket?.resetAndDestroy();
      response.writeHead(said.status, { 'content-type': 'application/json' });
      response.end(said.body);
    });
  judged(honestJudge);
  return {
    gateway,
    provider,
    judge,
    judged,
    use: (...policies) => gateway.apply(snapshot(...policies)),
    ask: (options) => call(gateway, options),
    close: async () => {
      await gateway.close();
      await Promise.all([provider.close(), judge.close()]);
    },
  };
}

/** Providers whose dialect callers speak too, so that answers can be written in it; OpenAI's is that of Responses. */
export const WRITERS: Readonly<Record<'Other' | 'OpenAI' | 'Anthropic' | 'Google', SurfaceDialect>> = {
  Other: openAiChatSurface,
  OpenAI: openAiResponsesSurface,
  Anthropic: anthropicSurface,
  Google: googleSurface,
};
export type WrittenType = keyof typeof WRITERS;

const HEAD: Omit<AnswerHead, 'losses'> = { model: MODEL, created: 1, newId: () => 'a1b2c3d4e5f6a1b2c3d4e5f6', request: { stream_options: { include_usage: true } } };
const USAGE: Usage = { inputTokens: 5, outputTokens: 7, cachedInputTokens: 0, reasoningTokens: 0 };

export interface Said {
  text?: string;
  thought?: string;
  /** Arguments of a call, as JSON. */
  arguments?: string;
}

export function answerOf({ text, thought, arguments: args }: Said): ChatAnswer {
  const content: Block[] = [
    ...(thought === undefined ? [] : [{ type: 'reasoning', text: thought } as const]),
    ...(text === undefined ? [] : [{ type: 'text', text } as const]),
    ...(args === undefined ? [] : [{ type: 'tool-call', id: 'call_1', name: 'send', arguments: args, kind: 'function' } as const]),
  ];
  return { id: 'a1', model: MODEL, choices: [{ content, finish: args === undefined ? 'stop' : 'tool-calls' }], usage: USAGE };
}

/** Streamed in pieces of three letters. */
export function streamOf(answer: ChatAnswer): ChatEvent[] {
  return unfoldAnswer(answer).flatMap((event): ChatEvent[] =>
    event.type === 'delta' ? (event.text.match(/[\s\S]{1,3}/g) ?? []).map((text) => ({ ...event, text })) : [event],
  );
}

/** A stream whose events leave one after the other, so that whoever reads it gets no two at once. */
export interface Pace {
  /** It waits once it has said so much, in UTF-16 code units of all texts. */
  pause?: { after: number; until: Promise<unknown> };
}

const completionChunk = (text: string, finish: string | null): object => ({
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: MODEL,
  choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
});

/** The older form of OpenAI's answers, which has texts only. */
const completionsWriter: Pick<SurfaceDialect, 'writeAnswer' | 'writeStream'> = {
  writeAnswer: ({ choices }) => completionChunk(choices.flatMap(({ content }) => content.map((block) => (block.type === 'text' ? block.text : ''))).join(''), 'stop'),
  writeStream: () => ({
    write: (event) => (event.type === 'delta' ? `data: ${JSON.stringify(completionChunk(event.text, null))}\n\n` : ''),
    end: () => `data: ${JSON.stringify(completionChunk('', 'stop'))}\n\ndata: [DONE]\n\n`,
    fail: () => '',
  }),
};

/** Answers so, in the dialect of a type of provider, as a stream where that is asked for. */
export function saying(type: WrittenType, said: Said, pace?: Pace): Parameters<FakeProvider['answer']>[0] {
  return (response, { url, body }) => {
    const dialect = url.endsWith('/completions') && !url.includes('/chat/') ? completionsWriter : WRITERS[type];
    const head = { ...HEAD, losses: new Losses() };
    const asStream = body.includes('"stream":true') || /stream/i.test(url);
    if (!asStream) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(dialect.writeAnswer(answerOf(said), head)));
    }
    const writer = dialect.writeStream(head);
    const events = streamOf(answerOf(said));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (pace === undefined) {
      for (const event of events) response.write(writer.write(event));
      return response.end(writer.end());
    }
    const { pause } = pace;
    let length = 0;
    const next = (index: number): void => {
      const event = events[index];
      if (response.destroyed) return;
      if (event === undefined) return void response.end(writer.end());
      response.write(writer.write(event));
      const before = length;
      if (event.type === 'delta') length += event.text.length;
      const isPause = pause !== undefined && before < pause.after && length >= pause.after;
      if (isPause) void pause.until.then(() => setImmediate(next, index + 1));
      else setImmediate(next, index + 1);
    };
    return next(0);
  };
}
