// Ports for programs that must be told one before they listen.
import { createServer } from 'node:net';

/** Below what systems give out by themselves (Linux from 32768, others from 49152), so that no other test gets the port meanwhile. */
const FIRST = 12_000;
const LAST = 32_000;
const given = new Set<number>();

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port that was free a moment ago, and that this process has not asked for before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

/** Several of them. */
export const freePorts = (count: number): Promise<number[]> => Promise.all(Array.from({ length: count }, freePort));
