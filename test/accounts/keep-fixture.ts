import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { AccountsInput, AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { keepAccounts } from "../../core/jobs/keep-accounts.ts";
import { type InterpreterId, interpreterId, type SessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { InterpreterHour } from "../../core/ports/interpreter-usage.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import { collect } from "../history/collect.ts";
import { found, inputOf, keyOf, minutes, none, prices, seconds, seen, target, tool } from "./settle-fixture.ts";

const dark = interpreterId("dark-VbMl9Hi8I4");
const never = new AbortController().signal;

/** Records of a session, and when the place has them. */
export interface Delivery {
  readonly session: string;
  readonly at: Instant;
  readonly records: readonly UsageFigures[];
}

/** What happens over time, whoever looks at it. */
export interface Story {
  readonly deliveries: readonly Delivery[];
  /** As the registry has them in the end. */
  readonly sessions: readonly SessionRecord[];
  readonly hours: ReadonlyMap<InterpreterId, readonly InterpreterHour[]>;
}

/** One of each: exact, never listed, late beyond all waiting, shared out, and bounded. */
export const story: Story = {
  deliveries: [
    { session: "rated", at: minutes(16), records: seconds(minutes(0), minutes(1)) },
    { session: "rated", at: minutes(30), records: seconds(minutes(1), minutes(2), 0.0009) },
    { session: "rated", at: minutes(31), records: seconds(minutes(0, 30_000), minutes(1)) },
    { session: "unseen", at: minutes(30), records: seconds(minutes(20), minutes(20, 5000)) },
    { session: "late", at: minutes(20), records: seconds(minutes(3), minutes(4)) },
    { session: "late", at: minutes(300), records: seconds(minutes(2), minutes(3), 0.0006) },
  ],
  sessions: [
    seen("rated", { goneAt: minutes(10) }),
    seen("late", { goneAt: minutes(10) }),
    seen("silent", { goneAt: minutes(10) }),
    seen("first", { interpreter: dark, goneAt: minutes(10) }),
    seen("second", {
      interpreter: dark,
      createdAt: minutes(5),
      lastSeenAt: minutes(69),
      timeoutSeconds: 7200,
      goneAt: minutes(70),
    }),
  ],
  hours: new Map([
    [
      dark,
      [0, 1].map((hour) => ({ hourAt: minutes(hour * 60 - 5), vcpuHours: (hour + 1) / 7, gbHours: (hour + 1) / 3 })),
    ],
  ]),
};

/** When passes look: soon, for good, after the last end, and when all is counted a day later. */
export const passes = [40, 100, 140, 145, 200, 260, 60 * 25 + 5, 60 * 26].map((at) => minutes(at));

export interface World {
  readonly store: FileStore;
  readonly ports: AccountsPorts;
  /** How often each record was handed out, at most. */
  readonly mostReads: () => number;
  readonly passAt: (now: Instant, ports?: AccountsPorts) => Promise<AccountsOutcome>;
}

/** A world in which a story takes place, as far as `now` of the last pass. */
export function worldOf({ deliveries, sessions, hours }: Story, input: Partial<AccountsInput> = {}): World {
  let clock = instant(0);
  const reads = new Map<UsageFigures, number>();
  const store = memoryStore();
  const listed = new Set(sessions.map(({ session }) => session));
  const unlisted = memoryRegistry();
  const goneBy = (record: SessionRecord): SessionRecord =>
    record.goneAt !== null && record.goneAt > clock ? { ...record, goneAt: null, lastSeenAt: clock } : record;
  const ports: AccountsPorts = {
    sandboxes: {
      listInterpreters: async () => ({ items: [tool, dark].map(anInterpreter), problems: [], complete: true }),
      getSession: async (_target, _interpreter, session) => ({ kind: "found", value: detailOf(session) }),
    },
    listEndedSessions: async () => ({ items: [], problems: [], complete: true, next: null, pages: 1 }),
    readTags: async () => ({ kind: "found", value: {} }),
    readInterpreterUsage: async (_target, interpreters) => ({
      hours: new Map(interpreters.map((id) => [id, hours.get(id) ?? []])),
      problems: [],
    }),
    kind: codeInterpreterKind,
    usage: {
      locate: async (_target, interpreter) => (interpreter === tool ? found() : none("not-enabled")),
      read: async ({ from, until, session }, onUsage) => {
        let lines = 0;
        for (const delivery of deliveries) {
          if (delivery.at > clock || (session !== null && session !== delivery.session)) continue;
          const records = delivery.records.filter(({ at }) => at >= from && at < until);
          for (const record of records) reads.set(record, (reads.get(record) ?? 0) + (session === null ? 1 : 0));
          lines += records.length;
          if (records.length > 0) await onUsage([{ key: keyOf(delivery.session), usage: usageColumnsOf(records) }]);
        }
        return { lines, records: lines, skipped: new Map(), complete: true, approximate: null, problems: [] };
      },
    },
    registry: {
      load: async () => ({
        revision: 1,
        openSessions: sessions
          .filter(hasBegun)
          .map(goneBy)
          .filter(({ goneAt }) => goneAt === null),
        alerts: [],
        health: null,
        unsentEvents: [],
      }),
      goneSince: async (to, since) => [
        ...sessions.map(goneBy).filter(({ goneAt }) => (goneAt ?? -1) >= since),
        ...(await unlisted.goneSince(to, since)),
      ],
      addGone: (to, added) =>
        unlisted.addGone(
          to,
          added.filter(({ session }) => !listed.has(session)),
        ),
    },
    ledger: memoryLedger(),
    history: parquetHistory(store, { prices, gb: "binary" }),
    documents: memoryDocuments(),
    trail: null,
    sendEvents: async () => [],
  };
  const hasBegun = (record: SessionRecord): boolean => record.createdAt <= clock;
  return {
    store,
    ports,
    mostReads: () => Math.max(0, ...reads.values()),
    passAt: (now, over = ports) => {
      clock = now;
      const all = { ...inputOf({ prices }), backfillMs: 2 * 3_600_000, targets: [target], ...input };
      return keepAccounts(over)(now, all, never);
    },
  };
}

const anInterpreter = (id: InterpreterId) => ({
  id,
  arn: "",
  kind: "CUSTOM" as const,
  name: null,
  status: "READY",
  createdAt: null,
});

const detailOf = (session: SessionId) => ({
  status: "TERMINATED",
  name: `name of ${session}`,
  createdAt: minutes(20),
  timeoutSeconds: 900,
});

const always = [instant(0), instant(Date.UTC(2030, 0))] as const;
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_name, it) => (typeof it === "bigint" ? `${it}` : it));

/** All that history says, in one order. `asOf` is left out where passes were made at other times. */
export async function remembered({ ports }: World, when: "exact" | "whenever" = "exact"): Promise<readonly string[]> {
  const timeless = (_name: string, it: unknown): unknown => (typeof it === "bigint" ? `${it}` : it);
  const asOf = when === "exact" ? {} : { asOf: 0, at: 0 };
  const bills = await collect(ports.history.bills(...always));
  const restatements = await collect(ports.history.restatements(...always));
  const superseded = (await collect(ports.history.superseded(...always))).map(({ rows, columns }) => ({
    rows,
    usage: textOf(Array.from(columns.x_Usage)),
    versions: textOf(Array.from(columns.x_Version)),
  }));
  return [
    ...bills.map((bill) => ({ ...bill, ...asOf })),
    ...restatements.map((it) => ({ ...it, ...asOf })),
    ...superseded,
  ]
    .map((it) => JSON.stringify(it, timeless))
    .sort();
}

export const sessionsOf = async ({ ports }: World) =>
  new Map((await collect(ports.history.bills(...always))).map((bill) => [bill.session as string, bill]));

export const openIn = async ({ ports }: World): Promise<readonly string[]> =>
  (await ports.ledger.open(target)).map(({ bill, state }) => `${bill.session} ${state}`);
