// Time as a parameter, so that tests own it.

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds. */
  monotonic(): number;
  setTimeout(callback: () => void, ms: number): { clear(): void };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback, ms) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return { clear: () => clearTimeout(timer) };
  },
};

/** Resolves when `work` does, at the latest after so many milliseconds. Rejects when it does in time. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  let timer: { clear(): void } | undefined;
  const late = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    timer?.clear();
  }
}
