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

/** A block and where it stood before it was joined with others, for example `contents[2].content[0]`. */
interface Placed {
  block: Block;
  at: string;
}

function joinBlocks(blocks: readonly Placed[]): Placed[] {
  const whole: Placed[] = [];
  for (const { block, at } of blocks) {
    if (isEmpty(block)) continue;
    const last = whole.at(-1);
    const more = joined(last?.block, block);
    if (last === undefined || more === undefined) whole.push({ block, at });
    else whole[whole.length - 1] = { block: more, at: last.at };
  }
  return whole;
}

interface Turn {
  message: Message;
  blocks: Placed[];
}

function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    const blocks = message.content.map((block, index) => ({ block, at: `${message.at}.content[${index}]` }));
    if (message.role === 'assistant' && last?.message.role === 'assistant') last.blocks.push(...blocks);
    else turns.push({ message, blocks });
  }
  return turns.map((turn) => (turn.message.role === 'assistant' ? { ...turn, blocks: joinBlocks(turn.blocks) } : turn));
}

/** Contents of the model that follow each other as one message at the place of the first. */
export function joinModelTurns(messages: readonly Message[]): Message[] {
  return turnsOf(messages).map(({ message, blocks }) => ({ ...message, content: blocks.map(({ block }) => block) }));
}

/** Where each block of the joined messages began, by the place that it has now. */
export function placesOf(messages: readonly Message[]): Map<string, string> {
  const places = turnsOf(messages).flatMap(({ message, blocks }) =>
    blocks.map(({ at }, index): [string, string] => [`${message.at}.content[${index}]`, at]),
  );
  return new Map(places);
}
