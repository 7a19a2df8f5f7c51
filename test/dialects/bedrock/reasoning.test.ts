// How much a model thinks, in each vendor's own words.
import { describe, expect, it } from 'vitest';
import type { Block, ChatOptions, ReasoningOptions } from '../../../src/chat/request.ts';
import { modelOf } from '../../../src/dialects/bedrock/model.ts';
import { CLAUDE, HELLO, LLAMA, message, NOVA, write, writeOptions } from './converse.ts';

const NEW_CLAUDE = 'global.anthropic.claude-opus-4-7';
const CLAUDE_46 = 'us.anthropic.claude-sonnet-4-6';
const NOVA_2 = 'us.amazon.nova-2-lite-v1:0';
const GPT_OSS = 'openai.gpt-oss-120b-1:0';

it.each<{ model: string; reasoning: ReasoningOptions; fields: unknown; losses?: string[] }>([
  { model: CLAUDE, reasoning: { budget: 3000 }, fields: { thinking: { type: 'enabled', budget_tokens: 3000 } } },
  { model: CLAUDE, reasoning: { budget: 10 }, fields: { thinking: { type: 'enabled', budget_tokens: 1024 } }, losses: ['reasoning'] },
  { model: CLAUDE, reasoning: { budget: -1 }, fields: { thinking: { type: 'enabled', budget_tokens: 8192 } } },
  { model: CLAUDE, reasoning: { effort: 'low' }, fields: { thinking: { type: 'enabled', budget_tokens: 2048 } } },
  { model: CLAUDE, reasoning: { effort: 'none' }, fields: undefined },
  { model: CLAUDE, reasoning: { budget: 0 }, fields: undefined },
  { model: CLAUDE, reasoning: { visible: true }, fields: undefined },
  { model: CLAUDE_46, reasoning: { budget: 3000 }, fields: { thinking: { type: 'enabled', budget_tokens: 3000 } } },
  { model: CLAUDE_46, reasoning: { budget: -1 }, fields: { thinking: { type: 'adaptive' } } },
  { model: CLAUDE_46, reasoning: { effort: 'high' }, fields: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } } },
  {
    model: CLAUDE_46,
    reasoning: { effort: 'xhigh' },
    fields: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    losses: ['reasoning'],
  },
  { model: NEW_CLAUDE, reasoning: { budget: 3000 }, fields: { thinking: { type: 'adaptive' } }, losses: ['reasoning'] },
  {
    model: NEW_CLAUDE,
    reasoning: { effort: 'xhigh', visible: true },
    fields: { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'xhigh' } },
  },
  { model: 'anthropic.claude-3-haiku-20240307-v1:0', reasoning: { effort: 'low' }, fields: undefined, losses: ['reasoning'] },
  { model: NOVA_2, reasoning: { effort: 'high' }, fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } } },
  { model: NOVA_2, reasoning: { budget: 5000 }, fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } } },
  { model: NOVA, reasoning: { effort: 'high' }, fields: undefined, losses: ['reasoning'] },
  { model: GPT_OSS, reasoning: { effort: 'minimal' }, fields: { reasoning_effort: 'low' } },
  { model: GPT_OSS, reasoning: { effort: 'none' }, fields: { reasoning_effort: 'low' }, losses: ['reasoning'] },
  { model: 'qwen.qwen3-32b-v1:0', reasoning: { effort: 'high' }, fields: { reasoning_config: 'high' } },
  { model: LLAMA, reasoning: { effort: 'high' }, fields: undefined, losses: ['reasoning'] },
])('$reasoning of $model', ({ model, reasoning, fields, losses = [] }) => {
  const written = writeOptions({ reasoning }, model);
  expect(written.body['additionalModelRequestFields']).toEqual(fields);
  expect(written.losses).toEqual(losses);
});

describe('a budget', () => {
  const budgetOf = (options: ChatOptions): unknown => writeOptions(options).body['additionalModelRequestFields'];

  it('leaves room for the answer', () => {
    expect(budgetOf({ maxTokens: 2000, reasoning: { effort: 'high' } })).toEqual({ thinking: { type: 'enabled', budget_tokens: 1999 } });
  });

  it('is given up where there is no room at all', () => {
    const written = writeOptions({ maxTokens: 1000, reasoning: { effort: 'high' } });
    expect(written.body).not.toHaveProperty('additionalModelRequestFields');
    expect(written.losses).toEqual(['reasoning']);
  });
});

it('Nova thinks less where its highest effort takes no limits', () => {
  const written = writeOptions({ maxTokens: 500, reasoning: { effort: 'high' } }, NOVA_2);
  expect(written.body['additionalModelRequestFields']).toEqual({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } });
  expect(written.losses).toEqual(['reasoning']);
});

it('Claude thinks at its own temperature', () => {
  const written = writeOptions({ reasoning: { effort: 'low' }, temperature: 0.2, topP: 0.5, topK: 5 });
  expect(written.body).not.toHaveProperty('inferenceConfig');
  expect(written.body['additionalModelRequestFields']).not.toHaveProperty('top_k');
  expect(written.losses).toEqual(['temperature', 'topP', 'topK']);
});

it('Claude does not think when it is made to call a tool', () => {
  const options: ChatOptions = { reasoning: { effort: 'low' }, toolChoice: { type: 'required' } };
  const written = write({ tools: [{ type: 'function', name: 'now' }], options });
  expect(written.body).not.toHaveProperty('additionalModelRequestFields');
  expect(written.losses).toEqual(['reasoning']);
});

describe('Claude in the middle of a turn', () => {
  const call: Block = { type: 'tool-call', id: 'a', name: 'now', arguments: '{}', kind: 'function' };
  const result: Block = { type: 'tool-result', callId: 'a', content: [{ type: 'text', text: 'noon' }] };
  const thought: Block = { type: 'reasoning', text: 'Hm', signature: { dialect: 'bedrock', value: 's' } };
  const options: ChatOptions = { reasoning: { effort: 'low' } };
  const goesOn = (content: Block[], model = CLAUDE, ...more: ReturnType<typeof message>[]): ReturnType<typeof write> =>
    write({ model, messages: [HELLO, message('assistant', content), message('user', [result]), ...more], options });

  it('thinks when its last thought came back', () => {
    expect(goesOn([thought, call]).body).toHaveProperty('additionalModelRequestFields.thinking');
  });

  it('would be refused when it did not, and so does not think', () => {
    const written = goesOn([call]);
    expect(written.body).not.toHaveProperty('additionalModelRequestFields');
    expect(written.losses).toEqual(['reasoning']);
  });

  it('thinks again when the turn is over', () => {
    const over = goesOn([call], CLAUDE, message('assistant', 'It is noon.'), message('user', 'Thanks'));
    expect(over.body).toHaveProperty('additionalModelRequestFields.thinking');
  });

  it('needs no thought where it decides by itself', () => {
    expect(goesOn([call], CLAUDE_46).body).toHaveProperty('additionalModelRequestFields.thinking');
  });
});

it.each([
  ['anthropic.claude-3-7-sonnet-20250219-v1:0', 'claude', 307],
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'claude', 400],
  ['us.anthropic.claude-opus-4-1-20250805-v1:0', 'claude', 401],
  ['anthropic.claude-3-sonnet-20240229-v1:0', 'claude', 300],
  ['anthropic.claude-v2', 'claude', 200],
  ['anthropic.claude-of-tomorrow', 'claude', 9900],
  ['arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0', 'claude', 405],
  ['arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc', 'opaque', 0],
  ['us.amazon.nova-2-lite-v1:0', 'nova', 200],
  ['amazon.nova-micro-v1:0', 'nova', 100],
  ['us.meta.llama4-maverick-17b-instruct-v1:0', 'other', 0],
])('%s is a %s of version %i', (id, family, version) => {
  expect(modelOf(id)).toEqual({ family, version });
});
