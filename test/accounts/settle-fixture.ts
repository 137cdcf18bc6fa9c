import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import type { PriceBook } from "../../core/billing/price-book.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { everyRegion } from "../../core/billing/price-row.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { SessionDetail, SessionSummary } from "../../core/inventory/session.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { AccountsInput, AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import type { IngestedTarget } from "../../core/jobs/ingest/outcome.ts";
import { type SettledTarget, settle } from "../../core/jobs/settle/settle.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { billOfAccount } from "../../core/ledger/bill-of-account.ts";
import type { Restatement, SessionBill } from "../../core/ledger/charge.ts";
import { ratedOf } from "../../core/ledger/charge-lines.ts";
import { sealAccount } from "../../core/ledger/seal-account.ts";
import type { InterpreterHour } from "../../core/ports/interpreter-usage.ts";
import type { LedgerSession } from "../../core/ports/ledger.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import type { Lookup } from "../../core/ports/sandboxes.ts";
import type { Located, UsageLocation } from "../../core/ports/usage-source.ts";
import { collect } from "../history/collect.ts";
import { foldRecords, settings } from "../ledger/account-fixtures.ts";

/** Five minutes past noon of 20 November 2026. */
export const begin = instant(Date.UTC(2026, 10, 20, 12, 5));
export const minutes = (count: number, ms = 0): Instant => plusMs(begin, count * 60_000 + ms);
export const target: Target = { account: accountId("111122223333"), region: region("us-east-1") };
export const tool = interpreterId("tool-VbMl9Hi8I4");
export const keyOf = (session: string): SessionKey => ({ ...target, interpreter: tool, session: sessionId(session) });
const never = new AbortController().signal;

const row = (startsAt: Instant, usdPerVcpuHour: string, usdPerGbHour: string) => ({
  region: everyRegion,
  startsAt,
  usdPerVcpuHour,
  usdPerGbHour,
  rule: "2026-09" as const,
});
const firstPriceAt = instant(Date.UTC(2025, 9, 7));
export const prices = priceBookOf([row(firstPriceAt, "0.0895", "0.00945")]);
/** Another price for all records of or after `at`. */
export const pricesChangedAt = (at: Instant): PriceBook =>
  priceBookOf([row(firstPriceAt, "0.0895", "0.00945"), row(at, "0.1", "0.02")]);

/** One record each second, from `from` until before `until`. */
export const seconds = (from: Instant, until: Instant, gbHours = 0.0003): readonly UsageFigures[] =>
  Array.from({ length: Math.ceil((until - from) / 1000) }, (_, second) => ({
    at: plusMs(from, second * 1000),
    elapsedSeconds: 1,
    vcpuHours: 0.0001,
    gbHours,
  }));

const logGroup: UsageLocation = {
  kind: "log-group",
  place: "/usage",
  foundBy: "convention",
  windows: "stamp",
  retentionMs: null,
};
export const found = (change: Partial<UsageLocation> = {}): Located => ({
  kind: "found",
  location: { ...logGroup, ...change },
});
export const none = (reason: Extract<Located, { kind: "none" }>["reason"]): Located => ({
  kind: "none",
  reason,
  problem: { code: "NoUsageLogs", message: reason },
});

export const seen = (session: string, change: Partial<SessionRecord> = {}): SessionRecord => ({
  interpreter: tool,
  session: sessionId(session),
  name: `name of ${session}`,
  createdAt: begin,
  timeoutSeconds: 900,
  firstSeenAt: begin,
  lastSeenAt: minutes(9),
  goneAt: null,
  lowUsd: null,
  highUsd: null,
  costAsOf: begin,
  ...change,
});

/** What the service, AWS's metrics and the place with the records hold; a test changes it as it goes. */
export interface Outside {
  located: Located;
  finalUntil: Instant | null;
  records: SessionRecord[];
  details: Map<string, Lookup<SessionDetail>>;
  ended: readonly SessionSummary[];
  hours: readonly InterpreterHour[];
  hourProblems: readonly { code: string; message: string }[];
  /** By session. */
  usage: Map<string, readonly UsageFigures[]>;
  usageComplete: boolean;
  prices: PriceBook;
}

export interface Bench {
  readonly outside: Outside;
  readonly ports: AccountsPorts;
  readonly store: FileStore;
  /** What was asked of the outside, in order. */
  readonly calls: string[];
  /** A pass of settlement; `ports` may be wrapped. */
  readonly settleAt: (now: Instant, ports?: AccountsPorts) => Promise<SettledTarget>;
  /** Puts records into the ledger as an ingest would have, sealed up to `sealedUntil`, with digests kept since `digestsSince`. */
  readonly enter: (
    session: string,
    records: readonly UsageFigures[],
    more?: { readonly sealedUntil?: Instant; readonly digestsSince?: Instant; readonly createdAt?: Instant },
  ) => Promise<void>;
  readonly stored: (session: string) => Promise<LedgerSession | null>;
  readonly bills: () => Promise<readonly SessionBill[]>;
  readonly restatements: () => Promise<readonly Restatement[]>;
  /** Versions of the rows that were replaced. */
  readonly superseded: () => Promise<readonly (readonly [session: string, version: number, usage: bigint])[]>;
}

const always = [instant(0), instant(Date.UTC(2030, 0))] as const;

export function bench(): Bench {
  const outside: Outside = {
    located: found(),
    finalUntil: minutes(60 * 24),
    records: [],
    details: new Map(),
    ended: [],
    hours: [],
    hourProblems: [],
    usage: new Map(),
    usageComplete: true,
    prices,
  };
  const calls: string[] = [];
  const store = memoryStore();
  const history = parquetHistory(store, { prices, gb: "binary" });
  const ports: AccountsPorts = {
    sandboxes: {
      listInterpreters: async () => ({ items: [], problems: [], complete: true }),
      getSession: async (_target, _interpreter, session) => {
        calls.push(`get ${session}`);
        return outside.details.get(session) ?? { kind: "gone" };
      },
    },
    listEndedSessions: async (_target, interpreter) => {
      calls.push(`list ended ${interpreter}`);
      return { items: outside.ended, problems: [], complete: true, next: null, pages: 1 };
    },
    readTags: async () => ({ kind: "found", value: { team: "data" } }),
    readInterpreterUsage: async (_target, interpreters) => {
      calls.push(`hours of ${interpreters.join(" ")}`);
      return { hours: new Map(interpreters.map((id) => [id, outside.hours])), problems: outside.hourProblems };
    },
    kind: codeInterpreterKind,
    usage: {
      locate: async () => outside.located,
      read: async ({ session, from, until }, onUsage) => {
        calls.push(`read ${session}`);
        const asked = session === null ? [...outside.usage.keys()] : [session as string];
        const own = asked.flatMap((name) =>
          (outside.usage.get(name) ?? []).filter(({ at }) => at >= from && at < until),
        );
        for (const name of asked) {
          const usage = (outside.usage.get(name) ?? []).filter(({ at }) => at >= from && at < until);
          await onUsage([{ key: keyOf(name), usage: usageColumnsOf(usage) }]);
        }
        const problems = outside.usageComplete ? [] : [{ code: "Throttled", message: "try again" }];
        return {
          lines: own.length,
          records: own.length,
          skipped: new Map(),
          complete: outside.usageComplete,
          approximate: null,
          problems,
        };
      },
    },
    registry: {
      load: async () => ({
        revision: 1,
        openSessions: outside.records.filter(({ goneAt }) => goneAt === null),
        alerts: [],
        health: null,
        unsentEvents: [],
      }),
      goneSince: async (_target, since) => outside.records.filter(({ goneAt }) => (goneAt ?? -1) >= since),
      addGone: async (_target, sessions) => {
        const known = new Set(outside.records.map(({ interpreter, session }) => `${interpreter}/${session}`));
        const added = sessions.filter(({ interpreter, session }) => !known.has(`${interpreter}/${session}`));
        outside.records = [...outside.records, ...added];
      },
    },
    ledger: memoryLedger(),
    history,
    documents: memoryDocuments(),
    trail: null,
    sendEvents: async () => [],
  };
  return {
    outside,
    ports,
    store,
    calls,
    settleAt: (now, over = ports) => settle(over)(now, inputOf(outside), ingestedOf(outside), never),
    enter: async (session, records, more = {}) => {
      const stored = (await ports.ledger.sessions([keyOf(session)]))[0] ?? null;
      const grown = foldRecords(stored?.account ?? null, keyOf(session), records);
      const account =
        more.sealedUntil === undefined
          ? grown
          : sealAccount(
              grown,
              more.sealedUntil,
              more.digestsSince ?? more.sealedUntil,
              prices.get(everyRegion) ?? [],
              settings,
            );
      const life = { name: null, createdAt: more.createdAt ?? null, endedAt: null, endSource: null };
      const terms = { prices, meter: settings, asOf: begin, final: false, version: 1, approximate: null };
      const bill = stored?.bill.final === true ? stored.bill : billOfAccount(account, life, terms);
      if (bill === null) throw new Error("no record");
      await ports.ledger.put({
        revision: stored?.revision ?? 0,
        state: stored?.state === "closed" ? "reopened" : (stored?.state ?? "open"),
        account,
        bill,
        timeoutAt: stored?.timeoutAt ?? null,
        restatement: stored?.restatement ?? null,
      });
    },
    stored: async (session) => (await ports.ledger.sessions([keyOf(session)]))[0] ?? null,
    bills: () => collect(history.bills(...always)),
    restatements: () => collect(history.restatements(...always)),
    superseded: async () =>
      (await collect(history.superseded(...always))).flatMap(({ rows, columns }) =>
        Array.from(
          { length: rows },
          (_, i) => [columns.ResourceId[i] ?? "", columns.x_Version[i] ?? 0, columns.x_Usage[i] ?? 0n] as const,
        ),
      ),
  };
}

export const inputOf = (outside: Pick<Outside, "prices">): AccountsInput => ({
  targets: [target],
  prices: outside.prices,
  meter: settings,
  attribution: { rules: [], labels: [] },
  budgets: [],
  publish: false,
  backfillMs: 48 * 3_600_000,
  notEnabled: "fail",
  aggregateAbove: 1000,
});

const ingestedOf = ({ located, finalUntil }: Outside): IngestedTarget => ({
  target,
  status: "ok",
  listed: [tool],
  located: new Map([[tool, located]]),
  knownPlaces: new Map([[tool, located.kind === "found" ? [{ location: located.location, leftAt: null }] : []]]),
  finalUntil: new Map(finalUntil === null ? [] : [[tool, finalUntil]]),
  sources: [],
  touched: 0,
  problems: [],
});

/** Dollars of a bill; null where it has no figure. */
export const usdOf = (bill: SessionBill, book: PriceBook = prices): string | null => {
  const cost = bill.basis === "bounded" ? null : ratedOf(bill.charges, book.get(everyRegion) ?? [], "binary");
  return cost === null ? null : formatUsd(cost.rated);
};
