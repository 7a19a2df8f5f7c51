// Whether an answer is whole and right. A measurement that counts broken answers measures how fast something breaks.
import type { Scenario } from './scenarios.ts';

interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

interface Chunk {
  choices: { delta?: { content?: string }; message?: { content?: string }; finish_reason?: string | null }[];
  usage?: Usage | null;
}

function countsOf(usage: Usage | null | undefined): unknown {
  return [usage?.prompt_tokens, usage?.completion_tokens, usage?.total_tokens];
}

/** What matters of an answer, whatever its bytes: the text piece by piece, why it ended, the usage, and whether it came to its end. */
function essence(body: Buffer, stream: boolean): string {
  const text = body.toString();
  if (!stream) {
    const { choices, usage } = JSON.parse(text) as Chunk;
    return JSON.stringify([choices[0]?.message?.content, choices[0]?.finish_reason, countsOf(usage)]);
  }
  const events = text.split('\n\n');
  const ended = events.pop() === '' && events.pop() === 'data: [DONE]';
  const chunks = events.map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
  // Chunks without words are one more or less, as the dialect of the provider goes.
  const words = chunks.map(({ choices }) => choices[0]?.delta?.content ?? '').filter((word) => word !== '');
  const reasons = chunks.map(({ choices }) => choices[0]?.finish_reason ?? '').filter((reason) => reason !== '');
  return JSON.stringify([words, reasons, countsOf(chunks.at(-1)?.usage), ended]);
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
