import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';
import { refuseThread } from '../../../src/dialects/anthropic/thread.ts';

const BODY = { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] };
const refused = (param: string, status = 400): object =>
  anthropicSurface.writeError({ status, param, message: 'No.', type: 'invalid_request_error', code: 'request_invalid', requestId: 'r' });

describe('a message thread', () => {
  it.each([{ type: 'create' }, { type: 'continue', previous_message_id: 'msg_1' }])('is refused by its name ($type)', (thread) => {
    const read = (): unknown => anthropicSurface.readRequest({ ...BODY, thread }, new Losses());
    expect(read).toThrow(RequestError);
    expect(read).toThrow(/^thread cannot be used, .* send the whole conversation in messages\.$/);
    expect(() => refuseThread({ ...BODY, thread })).toThrow(RequestError);
  });

  it.each([{}, { thread: null }])('that nobody asks for is none (%s)', (over) => {
    expect(() => refuseThread({ ...BODY, ...over })).not.toThrow();
  });

  it('is refused in the words on which an SDK sends the whole conversation', () => {
    expect(refused('thread')).toMatchObject({ error: { details: { error_code: 'thread_unsupported_request' } } });
  });

  it.each([
    ['messages', 400],
    ['thread', 404],
  ])('is not what other errors tell of (%s, %d)', (param, status) => {
    expect(refused(param, status)).toMatchObject({ type: 'error', error: { message: 'No.', param } });
    expect(refused(param, status)).not.toHaveProperty('error.details');
  });
});
