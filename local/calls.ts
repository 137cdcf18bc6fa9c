/** One API request that arrived, whatever became of it. */
export interface CallRecord {
  /** Emulated time. */
  readonly at: number;
  readonly requestId: string;
  /** Null where the request named none that can be trusted. */
  readonly account: string | null;
  readonly region: string | null;
  readonly service: string | null;
  readonly operation: string;
  readonly outcome: "ok" | "throttled" | "faulted" | "refused";
  readonly status: number;
  /** The error's code, or null. */
  readonly error: string | null;
  /** The kind of fault that struck it, or null. */
  readonly fault: string | null;
}

interface CallCount {
  readonly account: string | null;
  readonly region: string | null;
  readonly operation: string;
  attempts: number;
  ok: number;
  throttled: number;
  faulted: number;
  refused: number;
}

/** Every attempt counts: those that were throttled, met a fault, or were refused, too. */
export interface CallLog {
  readonly record: (call: CallRecord) => void;
  readonly total: () => number;
  readonly counts: () => readonly CallCount[];
  /** The latest calls, oldest first. */
  readonly latest: (limit: number) => readonly CallRecord[];
  readonly reset: () => void;
}

/** Counts are kept without end; single calls only up to this many, so that a long demo stays small. */
const keptCalls = 10_000;

export function callLog(): CallLog {
  let counts = new Map<string, CallCount>();
  let calls: CallRecord[] = [];
  let total = 0;
  return {
    record: (call) => {
      total++;
      calls.push(call);
      // Cut in large steps: one by one would copy the list at every call.
      if (calls.length > 2 * keptCalls) calls = calls.slice(-keptCalls);
      const key = `${call.account}/${call.region}/${call.operation}`;
      const count = counts.get(key) ?? emptyCount(call);
      counts.set(key, count);
      count.attempts++;
      count[call.outcome]++;
    },
    total: () => total,
    counts: () => [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => ({ ...count })),
    latest: (limit) => (limit === 0 ? [] : calls.slice(-Math.min(limit, keptCalls))),
    reset: () => {
      counts = new Map();
      calls = [];
      total = 0;
    },
  };
}

const emptyCount = (call: CallRecord): CallCount => ({
  account: call.account,
  region: call.region,
  operation: call.operation,
  attempts: 0,
  ok: 0,
  throttled: 0,
  faulted: 0,
  refused: 0,
});
