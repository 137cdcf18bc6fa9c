import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "./transaction.ts";

/**
 * Does what is asked for at the same moment in one transaction: to take the lock and to give it back costs several times
 * what a write does. Each work sees what those before it wrote. Where one throws, none of them has happened and all reject;
 * each may run more than once.
 */
export function sharedTransaction(database: DatabaseSync, file: string): <T>(work: () => T) => Promise<T> {
  let waiting: Asked[] = [];
  const together = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    try {
      const done = await inTransaction(database, file, () => asked.map(({ run }) => run()));
      for (const tell of done) tell();
    } catch (error) {
      for (const { fail } of asked) fail(error);
    }
  };
  return <T>(work: () => T) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    waiting.push({
      run: () => {
        const result = work();
        return () => resolve(result);
      },
      fail: reject,
    });
    if (waiting.length === 1) setImmediate(() => void together());
    return promise;
  };
}

interface Asked {
  /** Does the work; what it returns tells its result, once that is committed. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}
