// Ends the wait for libraries that cannot be told to stop.

/** Settles as `work` does, or rejects with what `late` makes after `milliseconds`. */
export async function withinDeadline<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
