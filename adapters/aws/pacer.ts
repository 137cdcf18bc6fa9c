/** Time that only goes forward, and a way to wait on it. */
export interface MonotonicClock {
  readonly now: () => number;
  /** Calls `run` once after `ms`; the result cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** Lets attempts through evenly spaced at no more than a rate, first come, first served. */
export interface Pacer {
  /** Resolves when the attempt may be sent; rejects with the signal's reason when it is aborted before. */
  readonly acquire: (signal: AbortSignal | undefined) => Promise<void>;
  /** To be called for each attempt that the service throttled. */
  readonly slowDown: () => void;
}

// Even spacing leaves no burst; only a timer's own lateness is caught up, so that a rate of thousands a second keeps its average.
const catchUpMs = 50;
// Halve, and win back a twentieth of the share each second: whoever else uses the quota gets it back at once, and we return slowly.
const slowDownFactor = 0.5;
const recoveryPerSecond = 0.05;
const slowestShare = 1 / 16;
// Throttled answers that come together tell of one shortage, not of several.
const oneShortageMs = 1000;

interface Waiter {
  readonly go: () => void;
}

export function pacer(ratePerSecond: number, clock: MonotonicClock): Pacer {
  const queue = new Set<Waiter>();
  let rate = ratePerSecond;
  let rateAt = clock.now();
  let slowedAt = Number.NEGATIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | null = null;

  const recover = (now: number): void => {
    rate = Math.min(ratePerSecond, rate + ((now - rateAt) / 1000) * recoveryPerSecond * ratePerSecond);
    rateAt = now;
  };

  const pump = (): void => {
    for (const waiter of queue) {
      const now = clock.now();
      recover(now);
      if (nextAt > now) {
        cancelTimer ??= clock.after(nextAt - now, () => {
          cancelTimer = null;
          pump();
        });
        return;
      }
      nextAt = Math.max(nextAt, now - catchUpMs) + 1000 / rate;
      queue.delete(waiter);
      waiter.go();
    }
    cancelTimer?.();
    cancelTimer = null;
  };

  return {
    acquire: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        const leave = (): void => {
          queue.delete(waiter);
          pump();
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          go: () => {
            signal?.removeEventListener("abort", leave);
            resolve();
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        // Turns that nobody waited for are lost: a rest saves none up.
        if (queue.size === 0) nextAt = Math.max(nextAt, clock.now());
        queue.add(waiter);
        pump();
      }),
    slowDown: () => {
      const now = clock.now();
      recover(now);
      if (now - slowedAt < oneShortageMs) return;
      slowedAt = now;
      rate = Math.max(ratePerSecond * slowestShare, rate * slowDownFactor);
      nextAt = Math.max(nextAt, now + 1000 / rate);
    },
  };
}
