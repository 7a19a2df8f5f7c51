// Whether an answer is whole and right. A measurement that counts broken answers measures how fast something breaks.
import type { Scenario } from './scenarios.ts';

interface Chunk {
  choices: { delta?: { content?: string }; message?: { content?: string } }[];
  usage?: unknown;
}

/** What matters of an answer, whatever its bytes: the text, the usage, and whether it came to its end. */
function essence(body: Buffer, stream: boolean): string {
  const text = body.toString();
  if (!stream) {
    const { choices, usage } = JSON.parse(text) as Chunk;
    return JSON.stringify([choices[0]?.message?.content, usage]);
  }
  const events = text.split('\n\n');
  const ended = events.pop() === '' && events.pop() === 'data: [DONE]';
  const chunks = events.map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
  const words = chunks.map(({ choices }) => choices[0]?.delta?.content ?? '');
  return JSON.stringify([words, chunks.at(-1)?.usage, ended]);
}

/** Returns what is wrong with an answer, undefined when nothing is. */
export function verifierOf({ answer, stream }: Scenario): (status: number, body: Buffer) => string | undefined {
  const expected = Buffer.concat(answer);
  const expectedEssence = essence(expected, stream);
  return (status, body) => {
    if (status !== 200) return `HTTP ${status}: ${body.toString().slice(0, 300)}`;
    // The usual case costs no parsing.
    if (body.equals(expected)) return undefined;
    try {
      const actual = essence(body, stream);
      return actual === expectedEssence ? undefined : `wrong answer: ${actual.slice(0, 300)}`;
    } catch {
      return `broken answer: ${body.toString().slice(-300)}`;
    }
  };
}
