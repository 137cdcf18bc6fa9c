import type { AwsClients } from "../../adapters/aws/clients.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../core/cleanup/policy/policy.ts";
import type { Interpreter } from "../../core/inventory/interpreter.ts";
import { type Target, targetKey } from "../../core/inventory/target.ts";
import { type Instant, instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { locationKey, type UsageLocation, type UsageSource } from "../../core/ports/usage-source.ts";
import { usageSourceOf } from "../accounts/compose.ts";
import type { CleanupInput } from "../cleanup/cleanup-input.ts";
import { readSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import { type CallsOfTarget, callsOfTarget } from "./account-calls.ts";
import { accountPlace, type BacktestOptions } from "./backtest-options.ts";
import type { CallsOf } from "./past-sessions.ts";
import type { PastUsage } from "./past-usage.ts";

/** So much of a log group is read at once. */
const stretchMs = 3_600_000;
const dayMs = 86_400_000;

export interface AccountHistory {
  readonly callsOf: CallsOf;
  /** To be asked for at the end: what of calls is missing is known once it has been asked for. */
  readonly problems: () => readonly Problem[];
  /** By the service's clock. */
  readonly now: Instant;
}

/**
 * Reads what the account itself has recorded, in the Regions of the settings, within the time that was asked for. Where data end is by the
 * service's clock: by one that is ahead of it, the last minutes would be missing, and all else with them.
 */
export async function readAccount(
  clients: AwsClients,
  { settings, accounts, policies }: CleanupInput,
  own: BacktestOptions,
  past: PastUsage,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<AccountHistory> {
  const { targets, now } = await readSubject(clients, settings, systemClock, signal);
  // What is still to come has not been recorded.
  const window: Span = { from: own.from ?? now, until: instant(Math.min(own.until ?? now, now)) };
  const usage = own.usage.includes(accountPlace) ? usageSourceOf(clients, accounts) : null;
  const stamp = own.calls.includes(accountPlace) ? policies.invocationStamp : null;
  return historyOf(clients, targets, { usage, stamp, window, past, now, tell }, signal);
}

export interface HistoryInput {
  /** Null: usage records are not asked for. */
  readonly usage: UsageSource | null;
  /** Null: calls are not asked for. */
  readonly stamp: InvocationStamp | null;
  readonly window: Span;
  readonly past: PastUsage;
  readonly now: Instant;
  readonly tell: (text: string) => void;
}

/** The same of given targets. */
export async function historyOf(
  clients: AwsClients,
  targets: readonly Target[],
  input: HistoryInput,
  signal: AbortSignal,
): Promise<AccountHistory> {
  const calls = new Map<string, CallsOfTarget>();
  const problems: Problem[] = [];
  for (const target of targets) {
    const { items, problems: unlisted } = await awsSandboxReader(clients).listInterpreters(target, signal);
    problems.push(...unlisted);
    if (input.usage !== null) problems.push(...(await readUsage(input.usage, target, items, input, signal)));
    if (input.stamp === null) continue;
    input.tell(`Reading calls in ${target.region}`);
    const known = await callsOfTarget(clients, target, items, input.window, input.stamp, input.now, signal);
    calls.set(targetKey(target), known);
  }
  const unasked = new Map<string, Problem>();
  return {
    now: input.now,
    problems: () => [...problems, ...[...calls.values()].flatMap((each) => each.problems()), ...unasked.values()],
    callsOf: (key, life) => {
      const known = calls.get(targetKey(key));
      if (known !== undefined) return known.of(key.interpreter, key.session, life);
      if (input.stamp !== null) unasked.set(targetKey(key), notAsked(key));
      return { kind: "none" };
    },
  };
}

const notAsked = ({ account, region }: Target): Problem => ({
  code: "CallsNotAsked",
  message: `There are usage records of account ${account} in ${region}, and calls were not asked for there: see --regions.`,
});

/** Each place once, whichever interpreters share it. An interpreter without usage logs is no problem: its sessions are unprovable. */
async function readUsage(
  usage: UsageSource,
  target: Target,
  interpreters: readonly Interpreter[],
  { window, past, now, tell }: HistoryInput,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const places = new Map<string, UsageLocation>();
  const problems: Problem[] = [];
  for (const { id } of interpreters) {
    const located = await usage.locate(target, id, signal);
    if (located.kind === "found") places.set(locationKey(located.location), located.location);
    else if (located.reason !== "not-enabled") problems.push(located.problem);
  }
  for (const location of places.values()) {
    for (const { from, until } of stretchesOf(location, window, now)) {
      tell(`Reading ${location.place} from ${isoOf(from)}: ${past.records()} records so far`);
      const latestAt = plusMs(now, dayMs);
      const request = { target, location, from, until, how: "rows", session: null, latestAt } as const;
      past.note(await usage.read(request, past.take, signal), location.place);
    }
  }
  return problems;
}

/** Files of a time may be delivered at any time after it. */
function stretchesOf({ windows }: UsageLocation, { from, until }: Span, now: Instant): readonly Span[] {
  if (windows === "delivery") return [{ from, until: plusMs(now, 1) }];
  const count = Math.ceil((until - from) / stretchMs);
  return Array.from({ length: count }, (_, n) => ({
    from: plusMs(from, n * stretchMs),
    until: instant(Math.min(until, from + (n + 1) * stretchMs)),
  }));
}
