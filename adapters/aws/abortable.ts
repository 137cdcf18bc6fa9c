import { AsyncLocalStorage } from "node:async_hooks";

const signals = new AsyncLocalStorage<AbortSignal>();

/** The signal of the call that is under way, for the parts inside the SDK that it does not hand its own signal to. */
export const signalOfCall = (): AbortSignal | undefined => signals.getStore();

/**
 * Runs a call that ends at once when `signal` is aborted, also while it waits for its turn or between two attempts,
 * where the SDK itself would wait on. Rejects with the signal's reason then.
 */
export function abortable<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const leave = (): void => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    const settled = (): void => signal.removeEventListener("abort", leave);
    signals.run(signal, run).then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        // The SDK has an error of its own for an aborted request; the caller knows the reason that it gave.
        reject(signal.aborted ? signal.reason : error);
      },
    );
  });
}
