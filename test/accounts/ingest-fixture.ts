import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import type { PricePeriod } from "../../core/billing/price-book.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { AccountsInput } from "../../core/jobs/accounts/ports.ts";
import { ingest } from "../../core/jobs/ingest/ingest.ts";
import type { IngestedTarget } from "../../core/jobs/ingest/outcome.ts";
import type { IngestLimits, IngestPorts } from "../../core/jobs/ingest/pass.ts";
import { accountId, type InterpreterId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import type { LedgerSession } from "../../core/ports/ledger.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import {
  type Located,
  locationKey,
  type SessionBatch,
  type UsageLocation,
  type UsageReading,
  type UsageRequest,
  type UsageSource,
} from "../../core/ports/usage-source.ts";
import { chargesText, priceLists, settings } from "../ledger/account-fixtures.ts";
import { anInterpreter, complete } from "../scan/fake-sandboxes.ts";

export const hour = 3_600_000;
export const minute = 60_000;
/** Ten o'clock; sessions begin here. */
export const begin = instant(Date.UTC(2026, 0, 1, 10));
export const later = (ms: number): Instant => plusMs(begin, ms);
export const target: Target = { account: accountId("111122223333"), region: region("us-east-1") };
export const tool = interpreterId("tool-VbMl9Hi8I4");
export const keyOf = (session: string, part: Partial<SessionKey> = {}): SessionKey => ({
  ...target,
  interpreter: tool,
  session: sessionId(session),
  ...part,
});
export const never = new AbortController().signal;

export const logGroup = (place = "/usage", part: Partial<UsageLocation> = {}): UsageLocation => ({
  kind: "log-group",
  place,
  foundBy: "convention",
  windows: "stamp",
  retentionMs: null,
  ...part,
});
export const bucket = (place = "s3://usage/"): UsageLocation =>
  logGroup(place, { kind: "bucket", windows: "delivery" });
export const found = (location: UsageLocation): Located => ({ kind: "found", location });
export const none = (reason: Extract<Located, { kind: "none" }>["reason"], message: string = reason): Located => ({
  kind: "none",
  reason,
  problem: { code: "NoUsageLogs", message },
});

/** One delivery of a record: a redelivery is another one with the same figures. */
export interface Delivery {
  readonly key: SessionKey;
  readonly figures: UsageFigures;
  readonly deliveredAt: Instant;
  /** The stamp that the place gave it, where it is another one. */
  readonly placedAt?: Instant;
}

/** One record each second, from `from` until before `until`, all delivered `delayMs` after its stamp. */
export const seconds = (
  key: SessionKey,
  from: number,
  until: number,
  { delayMs = 0, everyMs = 1000, gbHours = 0.0003 }: { delayMs?: number; everyMs?: number; gbHours?: number } = {},
): readonly Delivery[] =>
  Array.from({ length: Math.ceil((until - from) / everyMs) }, (_, i) => {
    const at = later(from + i * everyMs);
    return { key, figures: { at, elapsedSeconds: 1, vcpuHours: 0.0001, gbHours }, deliveredAt: plusMs(at, delayMs) };
  });

/** What is wrong with a reading; nothing where it is left out. */
type Fault = (request: UsageRequest) => { readonly problem: Problem; readonly rows: number } | null;

/** Places with deliveries, and a service that shows of them what had come by `now`. */
export interface FakeUsage {
  now: Instant;
  readonly places: Map<string, Delivery[]>;
  readonly located: Map<InterpreterId, Located>;
  batchRows: number;
  fault: Fault;
  readonly looked: InterpreterId[];
  readonly requests: UsageRequest[];
  /** How often each delivery was read. */
  readonly reads: Map<Delivery, number>;
  readonly source: UsageSource;
}

export function fakeUsage(located: Readonly<Record<string, Located>> = { [tool]: found(logGroup()) }): FakeUsage {
  const fake: FakeUsage = {
    now: begin,
    places: new Map(),
    located: new Map(Object.entries(located).map(([id, it]) => [interpreterId(id), it])),
    batchRows: 50,
    fault: () => null,
    looked: [],
    requests: [],
    reads: new Map(),
    source: {
      locate: async (_target, id) => {
        fake.looked.push(id);
        return fake.located.get(id) ?? none("not-enabled");
      },
      read: async (request, onUsage) => read(fake, request, onUsage),
    },
  };
  return fake;
}

async function read(
  fake: FakeUsage,
  request: UsageRequest,
  onUsage: (batches: readonly SessionBatch[]) => void | Promise<void>,
): Promise<UsageReading> {
  fake.requests.push(request);
  const { location, from, until, session } = request;
  const all = (fake.places.get(locationKey(location)) ?? []).filter(
    ({ key, figures, deliveredAt, placedAt }) =>
      deliveredAt <= fake.now &&
      (session === null || key.session === session) &&
      isWithin(location.windows === "stamp" ? (placedAt ?? figures.at) : deliveredAt, from, until),
  );
  const fault = fake.fault(request);
  const rows = fault === null ? all : all.slice(0, fault.rows);
  for (let start = 0; start < rows.length; start += fake.batchRows) {
    const batch = rows.slice(start, start + fake.batchRows);
    for (const row of batch) fake.reads.set(row, (fake.reads.get(row) ?? 0) + 1);
    await onUsage(
      [...Map.groupBy(batch, ({ key }) => key)].map(([key, own]) => ({
        key,
        usage: usageColumnsOf(own.map(({ figures }) => figures)),
      })),
    );
  }
  return {
    lines: rows.length,
    records: rows.length,
    skipped: new Map(),
    complete: fault === null,
    approximate: request.how === "aggregated" ? "summed up" : null,
    problems: fault === null ? [] : [fault.problem],
  };
}

const isWithin = (at: Instant, from: Instant, until: Instant): boolean => at >= from && at < until;

export interface Bench {
  readonly usage: FakeUsage;
  readonly ports: IngestPorts;
  readonly open: SessionRecord[];
  pass(at: Instant, change?: Partial<AccountsInput>): Promise<readonly IngestedTarget[]>;
  /** All accounts, in the form of `wholeText`. */
  text(session: string): Promise<string>;
  stored(session: string): Promise<LedgerSession | null>;
}

export const usualInput: AccountsInput = {
  targets: [target],
  prices: new Map([[target.region, priceLists.newRule]]),
  meter: settings,
  attribution: { rules: [], labels: [] },
  budgets: [],
  publish: false,
  backfillMs: 6 * hour,
  notEnabled: "fail",
  aggregateAbove: 1000,
};

/** A ledger in memory over a fake source. */
export function bench(
  deliveries: readonly Delivery[],
  {
    usage = fakeUsage(),
    place = logGroup(),
    ports = {},
    limits,
    input = {},
    periods = priceLists.newRule,
  }: {
    readonly usage?: FakeUsage;
    readonly place?: UsageLocation;
    readonly ports?: Partial<IngestPorts>;
    readonly limits?: IngestLimits;
    readonly input?: Partial<AccountsInput>;
    readonly periods?: readonly PricePeriod[];
  } = {},
): Bench {
  usage.places.set(locationKey(place), [...deliveries]);
  const open: SessionRecord[] = [];
  const all: IngestPorts = {
    sandboxes: {
      listInterpreters: async () => complete([...usage.located.keys()].map((id) => anInterpreter(id))),
      getSession: async () => ({ kind: "gone" }),
    },
    usage: usage.source,
    registry: {
      load: async () => ({ revision: 1, openSessions: open, alerts: [], health: null, unsentEvents: [] }),
      goneSince: async () => [],
    },
    ledger: memoryLedger(),
    documents: memoryDocuments(),
    ...ports,
  };
  const base = { ...usualInput, prices: new Map([[target.region, periods]]), ...input };
  const run = limits === undefined ? ingest(all) : ingest(all, limits);
  const stored = async (session: string): Promise<LedgerSession | null> =>
    (await all.ledger.sessions([keyOf(session)]))[0] ?? null;
  return {
    usage,
    ports: all,
    open,
    pass: (at, change = {}) => {
      usage.now = at;
      return run(at, { ...base, ...change }, never);
    },
    stored,
    text: async (session) => {
      const account = (await stored(session))?.account;
      return account === undefined ? "unknown" : chargesText(chargesOf(account, periods, base.meter));
    },
  };
}
