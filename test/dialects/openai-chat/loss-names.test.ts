import { describe, expect, it } from 'vitest';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { openAiResponsesSurface } from '../../../src/dialects/openai-responses/dialect.ts';

describe('what is lost of a chat is named as its caller wrote it', () => {
  it.each([
    ['max_completion_tokens', { max_completion_tokens: 1 }, 'max_completion_tokens'],
    ['max_completion_tokens', { max_tokens: 1 }, 'max_tokens'],
    ['reasoning_effort', { thinking: { type: 'enabled' } }, 'thinking'],
    ['reasoning_effort', { reasoning_effort: null, reasoning: {} }, 'reasoning'],
    ['reasoning_effort', { reasoning_effort: 'low', reasoning: {} }, 'reasoning_effort'],
    ['user', { safety_identifier: 'u' }, 'safety_identifier'],
    ['tool_choice', { function_call: 'auto' }, 'function_call'],
    ['seed', { safety_identifier: 'u' }, 'seed'],
    ['tools[1].strict', { tools: [1, 2] }, 'tools[1].strict'],
    ['tools[1].strict', { functions: [1, 2] }, 'functions[1].strict'],
    ['tools[2]', { tools: [1], functions: [1, 2] }, 'functions[1]'],
    ['messages[2].content[0].content[1]', {}, 'messages[2].content[1]'],
    ['constructor', {}, 'constructor'],
  ])('%s of %j: %s', (name, body, expected) => expect(openAiChatSurface.pathOf!(name, body)).toBe(expected));
});

describe('what is lost of a response is named as its caller wrote it', () => {
  it.each([
    ['include', { top_logprobs: 2 }, 'top_logprobs'],
    ['include', { include: [], top_logprobs: 2 }, 'include'],
    ['user', { safety_identifier: 'u' }, 'safety_identifier'],
    ['input[2].content[0].content[1]', {}, 'input[2].output[1]'],
  ])('%s of %j: %s', (name, body, expected) => expect(openAiResponsesSurface.pathOf!(name, body)).toBe(expected));
});
