// Turns of the model, as they were before a stream cut them: SDKs send every chunk of a stream back as a content of its own, and
// then a signature stands apart from the words that it signs.
import type { Block, Message } from '../../chat/request.ts';

function isEmpty(block: Block): boolean {
  return (block.type === 'text' || block.type === 'reasoning') && block.text === '' && block.signature === undefined;
}

/** What follows a block without a signature in the same voice is more of it. */
function joined(before: Block | undefined, block: Block): Block | undefined {
  if (before?.type === 'text' && block.type === 'text' && before.signature === undefined)
    return { ...block, text: before.text + block.text };
  if (before?.type !== 'reasoning' || block.type !== 'reasoning' || before.signature !== undefined) return undefined;
  return { ...block, text: before.text + block.text };
}

function joinBlocks(blocks: readonly Block[]): Block[] {
  const whole: Block[] = [];
  for (const block of blocks) {
    if (isEmpty(block)) continue;
    const more = joined(whole.at(-1), block);
    if (more === undefined) whole.push(block);
    else whole[whole.length - 1] = more;
  }
  return whole;
}

/** Contents of the model that follow each other as one message at the place of the first. */
export function joinModelTurns(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (message.role === 'assistant' && last?.role === 'assistant') last.content.push(...message.content);
    else turns.push({ ...message, content: [...message.content] });
  }
  return turns.map((turn) => (turn.role === 'assistant' ? { ...turn, content: joinBlocks(turn.content) } : turn));
}
