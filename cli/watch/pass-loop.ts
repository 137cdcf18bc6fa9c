import type { Instant } from "../../core/kernel/instant.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import type { Clock } from "../../core/ports/clock.ts";

export interface LoopInput {
  readonly everyMs: number;
  /** Null: until `signal` is aborted. */
  readonly passes: number | null;
}

export interface Ended<T> {
  readonly number: number;
  readonly outcome: T;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Wall time: the loop's clock may be another one, and faster. */
  readonly tookMs: number;
  /** When the next one starts; null after the last. */
  readonly nextAt: Instant | null;
  /** How much longer than the interval the pass took; the next one then starts at once. */
  readonly overrunMs: number;
}

/**
 * Runs passes one after another, never two at a time: where one takes longer than the interval, the next starts at once.
 * Answers the last whole pass, or null where there was none; an aborted `signal` ends it, in the middle of a pass too.
 */
export async function runPasses<T>(
  clock: Clock,
  input: LoopInput,
  pass: (startedAt: Instant, signal: AbortSignal, number: number) => Promise<T>,
  onEnded: (ended: Ended<T>) => void,
  signal: AbortSignal,
): Promise<Ended<T> | null> {
  let last: Ended<T> | null = null;
  for (let number = 1; !signal.aborted && (input.passes === null || number <= input.passes); number += 1) {
    const startedAt = clock.now();
    const wallStart = performance.now();
    let outcome: T;
    try {
      outcome = await withGrace(pass(startedAt, signal, number), signal);
    } catch (error) {
      // What an interrupted pass fails with is the interruption.
      if (signal.aborted) return last;
      throw error;
    }
    const endedAt = clock.now();
    const dueAt = plusMs(startedAt, input.everyMs);
    const isLast = number === input.passes;
    const nextAt = isLast ? null : plusMs(dueAt, Math.max(0, endedAt - dueAt));
    const tookMs = performance.now() - wallStart;
    last = { number, outcome, startedAt, endedAt, tookMs, nextAt, overrunMs: Math.max(0, endedAt - dueAt) };
    onEnded(last);
    if (nextAt !== null && nextAt > endedAt) await clock.sleep(nextAt - endedAt, signal);
  }
  return last;
}

const graceMs = 500;

/** Rejects some time after `signal` was aborted: what still has not ended then is waiting for something that does not listen. */
async function withGrace<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | null = null;
  const begin = (): void => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  try {
    return await Promise.race([running, over]);
  } finally {
    signal.removeEventListener("abort", begin);
    if (timer !== null) clearTimeout(timer);
  }
}
