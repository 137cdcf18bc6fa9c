/** The pass had to be given up, so that there was time left to say so. */
class PassTooLongError extends Error {
  constructor(seconds: number, setting: string) {
    super(
      `the pass was not over after ${seconds} seconds, which is all the time that the function has: set ${setting} higher and deploy again, or share a larger part of the request rate`,
    );
    this.name = "PassTooLongError";
  }
}

/** Time that is kept to say what happened, before Lambda ends the function without a word. */
const lastWordsMs = 5000;

/**
 * Runs `work` with a signal that is aborted shortly before the time of the invocation is over; it then rejects with an error
 * that says what to do. `setting` is the one that gives a pass more time.
 */
export async function withinDeadline<T>(
  remainingMs: number,
  setting: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ms = remainingMs - lastWordsMs;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new PassTooLongError(Math.round(ms / 1000), setting)), ms);
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}
