// A clock that moves only when the test says so.
import type { Clock } from '../../src/clock.ts';

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(start = 0): ManualClock {
  let elapsed = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    setTimeout(callback, ms) {
      const timer = { at: elapsed + ms, callback };
      timers.add(timer);
      return { clear: () => void timers.delete(timer) };
    },
    advance(ms) {
      elapsed += ms;
      for (const timer of timers) {
        if (timer.at > elapsed) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
  };
}
