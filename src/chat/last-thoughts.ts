// Thoughts after which nothing was said, as answers have that were cut off: Claude refuses a message that ends with one.
import type { Losses } from './losses.ts';
import type { Block, DialectName, Message } from './request.ts';

/** Whether a message of the model may end with it; files that are lost there anyway do not count. */
function endsMessage(block: Block, dialect: DialectName): boolean {
  if (block.type === 'text' || block.type === 'refusal') return block.text.trim() !== '';
  return block.type === 'tool-call' || (block.type === 'other' && block.dialect === dialect);
}

const saysSomething = (block: Block): boolean => block.type !== 'text' || block.text.trim() !== '';

/** Keeps the places of the other blocks. */
const NOTHING: Block = { type: 'text', text: '' };

/** The messages without them. Those that `dialect` would have taken are named. */
export function withoutLastThoughts(messages: readonly Message[], dialect: DialectName, losses: Losses): Message[] {
  return messages.map((message, place) => {
    if (message.role !== 'assistant') return message;
    const end = message.content.findLastIndex((block) => endsMessage(block, dialect));
    const next = messages.slice(place + 1).find(({ role, content }) => role !== 'system' && content.some(saysSomething));
    // Both become one message.
    if (next?.role === 'assistant') return message;
    const content = message.content.map((block, index) => {
      if (index <= end || block.type !== 'reasoning') return block;
      if (block.signature?.dialect === dialect) losses.add(`${message.at}.content[${index}]`);
      return NOTHING;
    });
    return { ...message, content };
  });
}
