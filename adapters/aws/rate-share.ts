import { signalOfCall } from "./abortable.ts";
import { type MonotonicClock, type Pacer, pacer } from "./pacer.ts";

/** How many requests a second one operation may get, for each operation's name. */
export type RateOf = (operation: string) => number;

/** Keeps the attempts of one account to its share, for each Region and operation, and counts them. */
export interface RateShare {
  /** Waits for a turn; counts one attempt. */
  readonly turn: (region: string, operation: string) => Promise<void>;
  readonly throttled: (region: string, operation: string) => void;
  /** HTTP attempts in a Region up to now, retries included. */
  readonly attemptsIn: (region: string) => number;
}

export function rateShare(rateOf: RateOf, clock: MonotonicClock): RateShare {
  const pacers = new Map<string, Pacer>();
  const attempts = new Map<string, number>();
  const pacerOf = (region: string, operation: string): Pacer => {
    const key = `${region}/${operation}`;
    const known = pacers.get(key);
    if (known !== undefined) return known;
    const fresh = pacer(rateOf(operation), clock);
    pacers.set(key, fresh);
    return fresh;
  };
  return {
    turn: async (region, operation) => {
      await pacerOf(region, operation).acquire(signalOfCall());
      attempts.set(region, (attempts.get(region) ?? 0) + 1);
    },
    throttled: (region, operation) => pacerOf(region, operation).slowDown(),
    attemptsIn: (region) => attempts.get(region) ?? 0,
  };
}

interface Handled {
  readonly commandName?: string;
}

interface Stack {
  readonly addRelativeTo: (
    middleware: (
      // biome-ignore lint/suspicious/noExplicitAny: the SDK types its stack by service, and this middleware hands through what it gets.
      next: (args: any) => Promise<any>,
      context: Handled,
      // biome-ignore lint/suspicious/noExplicitAny: as above.
    ) => (args: any) => Promise<any>,
    options: { readonly relation: "after"; readonly toMiddleware: string; readonly name: string },
  ) => void;
}

/**
 * Sits inside the SDK's retry loop, so that each HTTP attempt waits for its turn, and before the signature is made, so
 * that a request which waited long is still signed with the time at which it is sent.
 */
export function addRateShare(client: { readonly middlewareStack: Stack }, region: string, share: RateShare): void {
  client.middlewareStack.addRelativeTo(
    (next, context) => async (args) => {
      const operation = (context.commandName ?? "unknown").replace(/Command$/, "");
      await share.turn(region, operation);
      try {
        return await next(args);
      } catch (error) {
        if (isThrottling(error)) share.throttled(region, operation);
        throw error;
      }
    },
    { relation: "after", toMiddleware: "retryMiddleware", name: "sandmeterRateShare" },
  );
}

const throttlingNames: ReadonlySet<string> = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottledException",
  "SlowDown",
]);

/** Whether the service said "too fast": by its error's name or by HTTP 429. */
export function isThrottling(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { name, $metadata } = error as { name?: unknown; $metadata?: { httpStatusCode?: unknown } };
  return throttlingNames.has(String(name)) || $metadata?.httpStatusCode === 429;
}
