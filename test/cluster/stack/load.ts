// Steady traffic while something happens: every answer is checked, every failure is kept.

export interface Load {
  /** Answers so far. */
  readonly succeeded: number;
  /** What went wrong, one line each. */
  readonly failures: string[];
  /** Resolves once `count` more answers have come. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** `workers` loops of chat requests against the base URLs in turn, with the key that `key()` gives. */
export function startLoad(baseUrls: readonly string[], key: () => string, workers = 4): Load {
  let stopped = false;
  let sent = 0;
  let succeeded = 0;
  const failures: string[] = [];
  const waiting = new Set<{ at: number; resolve: () => void }>();
  const work = async (): Promise<void> => {
    while (!stopped) {
      const baseUrl = baseUrls[sent++ % baseUrls.length]!;
      try {
        const response = await fetch(`${baseUrl}/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key()}`, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: 'ping' }] }),
        });
        const text = await response.text();
        if (response.status === 200 && text.includes('"pong"')) succeeded++;
        else failures.push(`HTTP ${response.status}: ${text.slice(0, 300)}`);
      } catch (error) {
        failures.push(String(error instanceof Error ? (error.cause ?? error) : error));
      }
      for (const entry of waiting) {
        if (succeeded + failures.length < entry.at) continue;
        waiting.delete(entry);
        entry.resolve();
      }
    }
  };
  const loops = Array.from({ length: workers }, work);
  return {
    get succeeded() {
      return succeeded;
    },
    failures,
    more: (count) => new Promise((resolve) => waiting.add({ at: succeeded + failures.length + count, resolve })),
    async stop() {
      stopped = true;
      await Promise.all(loops);
    },
  };
}
