// Ids of answers and tool calls, as long as OpenAI and Anthropic make theirs.
import { randomFillSync } from 'node:crypto';

const ID_BYTES = 12;
/** Asking for random bytes one id at a time costs more than all else about it. */
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/** 24 random letters and digits, of 96 random bits. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return pool.toString('hex', used - ID_BYTES, used);
}
