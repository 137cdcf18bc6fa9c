import type { SandboxKind } from "../inventory/sandbox-kind.ts";
import { type Target, targetKey } from "../inventory/target.ts";
import { readPlaces } from "../jobs/ingest/place-memory.ts";
import { finalAfterMs } from "../jobs/ingest/windows.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import { type Instant, instant, plusMs } from "../kernel/instant.ts";
import type { BilledUsage, UnusableUsage } from "../ports/billed-usage.ts";
import type { Documents } from "../ports/documents.ts";
import type { Ledger } from "../ports/ledger.ts";
import { reportColumns } from "../reporting/cost-history.ts";
import { type CostSource, tallyCosts } from "../reporting/cost-report.ts";
import type { TallyRequest } from "../reporting/tally-unclosed.ts";
import type { Band } from "./compare.ts";
import { comparePlace } from "./compare-place.ts";
import { daysBetween } from "./days-between.ts";
import { type OwnTarget, ownUsage } from "./own-usage.ts";
import type { Reconciliation, UsageLogs } from "./reconciliation.ts";

export type ReconcileSource = Omit<CostSource, "documents"> & {
  readonly ledger: Pick<Ledger, "marks">;
  readonly documents: Pick<Documents, "read">;
};

export interface ReconcileRequest extends Omit<TallyRequest, "principalOf"> {
  readonly kind: SandboxKind;
  readonly band: Band;
}

/**
 * Holds the ledger against a bill: quantities, then dollars, by account, Region and day. Only days that both sides know are
 * compared, so that what is unknown on either is never taken for nothing.
 */
export async function reconcile(
  source: ReconcileSource,
  request: ReconcileRequest,
  bill: BilledUsage,
  signal: AbortSignal,
): Promise<Reconciliation> {
  const { from, until, now, prices, gb, kind, band } = request;
  const known = instant(Math.max(from, Math.min(until, bill.knownUntil)));
  const own = ownUsage({ from, until: known }, kind.size, gb);
  const window = { ...request, until: known, principalOf: () => null };
  await tallyCosts(source, window, own.tally, [...reportColumns, "x_PeakBytes"], signal);
  const billed = bill.lines.filter((line) => request.includes(line) && line.dayAt >= from && line.dayAt < known);
  const unusable = bill.unusable.filter(({ dayAt }) => dayAt === null || (dayAt >= from && dayAt < known));
  const targets = own.targets();
  const places = new Map<string, Target>([
    ...[...targets.values()].map((target) => [targetKey(target), target] as const),
    ...billed.map((line) => [targetKey(line), line] as const),
    ...unusable.flatMap(({ account, region }) => {
      if (account === null || region === null || !request.includes({ account, region })) return [];
      return [[targetKey({ account, region }), { account, region }] as const];
    }),
  ]);
  const marked = await readUntilOf(source.ledger, request.targets);
  const usageLogs = await usageLogsOf(source.documents, [...targets.values()]);
  return {
    from,
    until,
    now,
    band,
    bill,
    daysNotBilled: daysBetween(known, Math.min(until, now)),
    daysMissing: bill.missingDays.filter(
      (day) => day < known && [...targets.values()].some(({ days }) => days.has(day)),
    ),
    places: [...places]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { account, region }]) =>
        comparePlace({
          target: { account, region },
          own: targets.get(key),
          billed: billed.filter((line) => targetKey(line) === key),
          band,
          from,
          until: known,
          readUntil: latest(marked.get(key) ?? null, targets.get(key)),
          isOnBill: bill.accounts.has(account),
          missingDays: bill.missingDays,
          doubts: unusable.filter((of) => isOf(of, { account, region })).map(({ dayAt }) => dayAt),
          usageLogs: usageLogs.get(key) ?? new Map(),
          prices,
          gb,
          region,
          decimals: bill.decimals,
        }),
      ),
  };
}

const isOf = (of: UnusableUsage, { account, region }: Target): boolean =>
  (of.account === null || of.account === account) && (of.region === null || of.region === region);

/** What was last found of the usage logs of interpreters, where there are sessions without a figure. */
async function usageLogsOf(
  documents: Pick<Documents, "read">,
  targets: readonly OwnTarget[],
): Promise<ReadonlyMap<string, ReadonlyMap<InterpreterId, UsageLogs>>> {
  const found = new Map<string, ReadonlyMap<InterpreterId, UsageLogs>>();
  for (const target of targets.filter(({ unread }) => unread.size > 0)) {
    const { byInterpreter } = await readPlaces(documents, target);
    const logs = [...byInterpreter].map(
      ([id, { located }]) => [id, located.kind === "found" ? "found" : located.reason] as const,
    );
    found.set(targetKey(target), new Map(logs));
  }
  return found;
}

/** How far the place that is read furthest is read: one that is no longer there stands still, and holds nothing up. */
async function readUntilOf(
  ledger: Pick<Ledger, "marks">,
  targets: readonly Target[],
): Promise<ReadonlyMap<string, Instant>> {
  const until = new Map<string, Instant>();
  for (const target of targets) {
    for (const { finalUntil } of await ledger.marks(target)) {
      const known = until.get(targetKey(target));
      if (known === undefined || finalUntil > known) until.set(targetKey(target), finalUntil);
    }
  }
  return until;
}

/**
 * History alone has no marks, and what is shared out has none: there, a session that was settled tells that what was stamped
 * so long before it had been read.
 */
const latest = (marked: Instant | null, own: OwnTarget | undefined): Instant | null => {
  const settledAt = own?.lastSettledAt ?? null;
  const told = settledAt === null ? null : plusMs(settledAt, -finalAfterMs);
  if (marked === null || told === null) return marked ?? told;
  return marked > told ? marked : told;
};
