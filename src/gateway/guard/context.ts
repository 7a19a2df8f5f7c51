// What of a request helps to understand its answer.
import type { Content, Part } from '../../policy/types.ts';

const CONTEXT_PARTS = 4;

/** The last that user and assistant have said. */
export function contextOf({ parts }: Content): Part[] {
  const said: Part[] = [];
  for (let index = parts.length - 1; index >= 0 && said.length < CONTEXT_PARTS; index--) {
    const part = parts[index]!;
    if (part.seam !== true && (part.role === 'user' || part.role === 'assistant')) said.unshift(part);
  }
  return said;
}
