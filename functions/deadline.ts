/** The pass had to be given up, so that there was time left to say so. */
class PassTooLongError extends Error {
  constructor(seconds: number) {
    super(
      `the pass was not over after ${seconds} seconds, which is all the time that the function has: set SANDMETER_EVERY_MINUTES higher and deploy again, or share a larger part of the request rate`,
    );
    this.name = "PassTooLongError";
  }
}

/** Runs `work` with a signal that is aborted after `ms`; it then rejects with an error that says what to do. */
export async function withinDeadline<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new PassTooLongError(Math.round(ms / 1000))), ms);
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}
