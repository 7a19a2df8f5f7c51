// The recordings of test/fixtures are few, free, without secrets, and of every kind.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findKeyMaterial } from './key-material.ts';
import { apiOf, loadRecordings, SUBSET } from './recordings.ts';

const RECORDINGS = loadRecordings(SUBSET);
const text = readFileSync(SUBSET, 'utf8');

it('they are small', () => {
  expect(RECORDINGS.length).toBeLessThanOrEqual(120);
  expect(text.length).toBeLessThanOrEqual(600 * 1024);
});

it('the notice names the repository and licence of each', () => {
  const notice = readFileSync(new URL('NOTICE.md', `file://${SUBSET}`), 'utf8');
  for (const { source_repo: repository, license } of RECORDINGS) {
    expect(license).toMatch(/^(?:MIT|Apache-2\.0|BSD-\d-Clause)(?: OR BSD-3-Clause)?$/);
    expect(notice).toMatch(new RegExp(`\\[${repository}\\].*\\| ${license} \\|`));
  }
});

it.each(RECORDINGS.map((recording) => [recording.id, recording] as const))('%s holds no key material', (_id, recording) => {
  expect(findKeyMaterial(JSON.stringify(recording))).toEqual([]);
});

it.each([
  '"text":"sk-proj-abcdefghijklmnopqrstuvwx"',
  '"Authorization":"Bearer abcdefghijklmnopqrst"',
  '{\\"password\\":\\"correct horse\\"}',
  '"https://x.example/a?X-Amz-Signature=0123456789abcdef0123"',
  'AKIAABCDEFGHIJKLMNOP',
  '"AIzaSyA0123456789012345678901234567890"',
  `"body_base64":"${Buffer.from('token ghp_abcdefghijklmnopqrstuvwxyz').toString('base64')}"`,
])('key material would be found: %s', (sample) => {
  expect(findKeyMaterial(sample)).not.toEqual([]);
});

describe('every wire format', () => {
  const APIS = ['openai.chat', 'openai.responses', 'anthropic.messages', 'google', 'bedrock'];
  const FEATURES = [
    'tools',
    'tool_call',
    'parallel_tools',
    'tool_result',
    'system',
    'multi_turn',
    'reasoning_text',
    'error',
    'json_schema',
  ];
  it.each(APIS.flatMap((api) => FEATURES.map((feature) => [api, feature] as const)))('%s has %s', (api, feature) => {
    expect(RECORDINGS.some((recording) => apiOf(recording) === api && recording.tags.includes(feature))).toBe(true);
  });

  it.each(APIS)('%s is there whole and as a stream', (api) => {
    expect(new Set(RECORDINGS.filter((recording) => apiOf(recording) === api).map(({ stream }) => stream)).size).toBe(2);
  });
});

const OF_CONTENT = ['image', 'pdf', 'refusal', 'prompt_blocked', 'citations', 'error_in_stream'];
const OF_THOUGHT = ['thinking_signature', 'redacted_thinking', 'encrypted_reasoning'];
const OF_OPTIONS = ['cache_control', 'cache_hit', 'stop', 'n>1', 'logprobs'];
it.each([...OF_CONTENT, ...OF_THOUGHT, ...OF_OPTIONS])('there is one with %s', (tag) => {
  expect(RECORDINGS.some(({ tags }) => tags.includes(tag))).toBe(true);
});
