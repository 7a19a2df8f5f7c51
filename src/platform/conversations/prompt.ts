// A prompt goes to the repository as any application's request, with the earlier turns; what was said is kept sealed.
import { randomUUID } from 'node:crypto';
import type { Message } from '../../ledger/ledger.ts';
import { ApiError, type Operation } from '../operation.ts';
import { done } from '../wire.ts';
import { demandConversation, demandPromptable, demandSealer, PROMPT } from './access.ts';
import { contextOf, openText, UNREADABLE } from './dto.ts';
import type { Sealer } from './sealer.ts';
import type { ConversationServices, Turn } from './services.ts';

/** Turns that go along; older ones are forgotten first. */
export const MAX_TURNS = 40;
/** Bytes of them, sealed. */
const MAX_TURN_BYTES = 1024 * 1024;
/** Characters of an answer that are kept. Nobody has written it to be read again, and it goes along with every prompt that follows. */
const MAX_KEPT = 256 * 1024;
const TIMEOUT_MS = 120_000;

/** The latest turns, the oldest of them first. Those that cannot be opened are left out. */
async function earlierTurns(id: string, sealer: Sealer, { ledger }: Pick<ConversationServices, 'ledger'>): Promise<Turn[]> {
  const { rows } = await ledger.messages(id, { skip: 0, take: MAX_TURNS, latestFirst: true, bytes: MAX_TURN_BYTES });
  return rows
    .toReversed()
    .map((message) => ({ role: message.role, content: openText(message, sealer) }))
    .filter(({ content }) => content !== UNREADABLE);
}

/** As much of an answer as is kept, without half of a character. */
function keptOf(text: string): string {
  return text.length <= MAX_KEPT ? text : `${text.slice(0, MAX_KEPT).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function sealed(conversation: string, sealer: Sealer, turn: Turn, rest: Pick<Message, 'createdAt'> & Partial<Message>): Message {
  const id = randomUUID();
  return { ...rest, id, conversation, role: turn.role, content: sealer.seal(turn.content, contextOf({ id, conversation })) };
}

interface Prompt {
  prompt: string;
  model: string;
}

export const sendPrompt: Operation<ConversationServices, { conversationId: string }, never, Prompt> = {
  id: 'sendPrompt',
  method: 'post',
  path: '/conversation/{conversationId}/prompt',
  tag: 'Conversations',
  summary:
    'Says something to a model and answers with what it said. Where a policy blocks it, or the model fails, success is false and message says why.',
  rights: `list on repositories and ${PROMPT} on the repository; only who began a conversation goes on with it`,
  body: {
    type: 'object',
    required: ['prompt', 'model'],
    properties: {
      prompt: { type: 'string', minLength: 1, maxLength: 200_000, description: 'What is said.' },
      model: { type: 'string', minLength: 1, maxLength: 256, description: 'As the repository lists it.' },
    },
  },
  // Each holds its turns for as long as a model takes.
  limits: { atOnce: { perCaller: 32, inAll: 128 }, rate: { burst: 100, perMinute: 600 } },
  answer: done(),
  errors: {
    400: 'the body is not valid, or the conversation is deleted',
    403: 'no right to prompt the repository, or the conversation is of somebody else',
    404: 'no conversation has this id, or its repository is gone',
    503: 'there is no key to seal conversations with, or no gateway answers',
  },
  async handle({ params, body, caller, access }, services) {
    const { ledger, objects, clock, conversations } = services;
    const sealer = demandSealer(services);
    const id = params.conversationId;
    const conversation = await demandConversation(id, { caller, access }, services);
    if (conversation.createdBy !== caller.name)
      throw new ApiError(403, 'the conversation is of somebody else, so it can be read and not gone on with');
    if (conversation.deletedAt !== undefined) throw new ApiError(400, 'the conversation is deleted; begin a new one');
    const repository = await demandPromptable(conversation.repository, { access, objects });
    const turn: Turn = { role: 'user', content: body.prompt };
    const asked = clock.now();
    const turns = [...(await earlierTurns(id, sealer, services)), turn];
    const request = { repository, model: body.model, turns, user: caller.name, conversation: id };
    const reply = await conversations.gateway.ask(request, AbortSignal.timeout(TIMEOUT_MS));
    if (reply.outcome === 'unavailable') throw new ApiError(503, reply.message);
    // What was refused is not kept: the next prompt would carry it along, and be refused as well.
    if (reply.outcome === 'refused') return { success: false, message: reply.message };
    const { text, tokensIn, tokensOut } = reply;
    const messages = [
      sealed(id, sealer, turn, { createdAt: asked }),
      sealed(
        id,
        sealer,
        { role: 'assistant', content: keptOf(text) },
        { createdAt: Math.max(asked + 1, clock.now()), model: body.model, tokens: tokensOut },
      ),
    ];
    await ledger.addMessages(id, messages, { in: tokensIn, out: tokensOut });
    return { success: true, message: text };
  },
};
