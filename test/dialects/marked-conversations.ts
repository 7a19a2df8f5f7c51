// Conversations of any shape in which each block holds a mark that is nowhere else: a writer has to say the mark, or to name the block.
import fc from 'fast-check';
import type { Block, DialectName, Message, ToolCallBlock } from '../../src/chat/request.ts';

export interface Marked {
  messages: Message[];
  /** Path of a block -> what it holds. */
  marks: ReadonlyMap<string, string>;
}

const USER = ['text', 'blank', 'image', 'picture', 'address', 'document', 'pdf', 'audio', 'other'] as const;
const MODEL = ['text', 'blank', 'refusal', 'thought', 'hidden', 'call', 'custom', 'image', 'other'] as const;
type Kind = (typeof USER)[number] | (typeof MODEL)[number];

const toBase64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

function blockOf(kind: Kind, mark: string, dialect: DialectName): Block {
  const signature = { dialect, value: mark };
  switch (kind) {
    case 'text':
    case 'refusal':
      return { type: kind, text: mark };
    case 'blank':
      return { type: 'text', text: ' \n' };
    case 'image':
      return { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: toBase64(mark) } };
    case 'picture':
      return { type: 'image', source: { type: 'base64', mediaType: 'image/tiff', data: toBase64(mark) } };
    case 'address':
      return { type: 'image', source: { type: 'url', url: `https://example.com/${mark}.png` } };
    case 'document':
      return { type: 'document', source: { type: 'text', text: mark } };
    case 'pdf':
      return { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: toBase64(mark) }, name: 'a/b' };
    case 'audio':
      return { type: 'audio', source: { type: 'base64', mediaType: 'audio/midi', data: toBase64(mark) } };
    case 'thought':
      return { type: 'reasoning', text: 'Hm', signature };
    case 'hidden':
      return { type: 'reasoning', text: '', redacted: true, signature };
    case 'call':
      return { type: 'tool-call', id: 'same', name: 'look', kind: 'function', arguments: JSON.stringify({ at: mark }) };
    case 'custom':
      return { type: 'tool-call', id: 'functions.shell:0', name: 'shell', kind: 'custom', arguments: mark };
    default:
      return { type: 'other', dialect: 'google', kind: 'executableCode', value: { code: mark } };
  }
}

/** `dialect`: whose thoughts the model thought. */
export function markedConversations(dialect: DialectName): fc.Arbitrary<Marked> {
  const turn = fc.record({
    system: fc.array(fc.constantFrom('text' as const, 'blank' as const), { maxLength: 2 }),
    user: fc.array(fc.constantFrom(...USER), { minLength: 1, maxLength: 4 }),
    model: fc.array(fc.constantFrom(...MODEL), { maxLength: 5 }),
  });
  return fc.array(turn, { minLength: 1, maxLength: 4 }).map((turns) => {
    const messages: Message[] = [];
    const marks = new Map<string, string>();
    let made = 0;
    const say = (role: Message['role'], kinds: readonly Kind[], before: Block[] = []): Message => {
      const at = `messages[${messages.length}]`;
      const content = [...before];
      for (const kind of kinds) {
        const mark = `mark${made++}.`;
        if (kind !== 'blank') marks.set(`${at}.content[${content.length}]`, mark);
        content.push(blockOf(kind, mark, dialect));
      }
      const message: Message = { role, content, at };
      messages.push(message);
      return message;
    };
    let calls: ToolCallBlock[] = [];
    for (const { system, user, model } of turns) {
      if (system.length > 0 && calls.length === 0) say('system', system);
      const results = calls.map(({ id }): Block => {
        return { type: 'tool-result', callId: id, content: [{ type: 'text', text: 'seen' }] };
      });
      say('user', ['text', ...user], results);
      calls = say('assistant', model).content.filter((block) => block.type === 'tool-call');
    }
    say('user', ['text'], calls.map(({ id }): Block => ({ type: 'tool-result', callId: id, content: [] })));
    return { messages, marks };
  });
}

/** Paths of blocks of which a body says nothing although nobody was told, and of those that it says although they are named. */
export function unfaithful({ marks }: Marked, body: object, losses: readonly string[]): string[] {
  const json = JSON.stringify(body);
  return [...marks].flatMap(([path, mark]) => {
    // Bytes may be encoded once more, so that only their middle is the same.
    const isSaid = [mark, toBase64(mark), toBase64(toBase64(mark))].some((form) => json.includes(form));
    return isSaid === losses.includes(path) ? [`${path} ${isSaid ? 'is there and named' : 'is lost'}`] : [];
  });
}
