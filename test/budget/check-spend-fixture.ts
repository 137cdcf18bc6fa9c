// biome-ignore-all lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { attributionOf } from "../../adapters/config/attribution-of.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { everyRegion } from "../../core/billing/price-row.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { SpendInput, SpendPorts } from "../../core/jobs/check-spend/ports.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { OutgoingEvent, SendEvents } from "../../core/ports/events.ts";
import type { History, Ledger } from "../../core/ports/ledger.ts";
import type { FollowTrail } from "../../core/ports/principals.ts";
import type { Registry, SessionRecord } from "../../core/ports/registry.ts";
import { bill, charge, entry, hours, listed, ratesStartedAt } from "../ledger-store/bills.ts";
import { budget } from "./budget-fixture.ts";

/** A dollar for a vCPU-hour, and ten for a GB-hour: an idle second of the memory floor is a 2880th of a dollar. */
const prices = priceBookOf([
  { region: everyRegion, startsAt: ratesStartedAt, usdPerVcpuHour: "1", usdPerGbHour: "10", rule: "2026-09" },
]);

export const target: Target = { account: accountId("111122223333"), region: region("us-east-1") };
/** Noon of 20 November 2026 is hour 0; most looks are at half past one. */
export const lookAt = plusMs(hours(1), 1_800_000);

/** A session of so many dollars in each of these hours. */
export const spent = (session: string, dollars: Readonly<Record<number, number>>, change: Partial<SessionBill> = {}) =>
  bill(session, {
    charges: Object.entries(dollars).map(([hour, usd]) => chargeOf(hours(Number(hour)), usd)),
    createdAt: hours(Math.min(...Object.keys(dollars).map(Number))),
    ...change,
  });

const chargeOf = (hourAt: Instant, dollars: number) =>
  charge({
    hourAt,
    vcpuNs: BigInt(Math.round(dollars * 1000)) * 3_600_000_000n,
    byteMs: 0n,
    idleByteMs: 0n,
    loggedByteMs: 0n,
    peakTaxByteMs: 0n,
  });

export const seen = (session: string, change: Partial<SessionRecord> = {}): SessionRecord => ({
  interpreter: interpreterId("tool-VbMl9Hi8I4"),
  session: sessionId(session),
  name: "a name",
  createdAt: hours(0),
  timeoutSeconds: 28_800,
  firstSeenAt: hours(0),
  lastSeenAt: hours(1),
  goneAt: null,
  lowUsd: null,
  highUsd: null,
  costAsOf: hours(1),
  ...change,
});

export interface World {
  readonly ports: SpendPorts;
  readonly history: History;
  readonly registry: Registry;
  /** What was sent, in order, repeats included. */
  readonly sent: OutgoingEvent[];
}

/** Closed bills, bills that can still change, and sessions that the scan saw, all of one target. */
export async function worldOf(
  given: {
    readonly closed?: readonly SessionBill[];
    readonly open?: readonly SessionBill[];
    readonly seen?: readonly SessionRecord[];
    readonly health?: "ok" | "partial" | "failed";
    readonly sendEvents?: SendEvents;
    readonly trail?: FollowTrail;
  } = {},
): Promise<World> {
  const registry = memoryRegistry();
  await registry.commit(target, 0, {
    at: lookAt,
    sessions: given.seen ?? [],
    alerts: [],
    health: { level: given.health ?? "ok", since: lookAt, recovering: null },
    newEvents: [],
  });
  const history = parquetHistory(memoryStore(), { prices, gb: "binary" });
  await history.write(given.closed ?? []);
  const ledger: Pick<Ledger, "open"> = { open: async () => (given.open ?? []).map((it) => listed(entry(1, it))) };
  const sent: OutgoingEvent[] = [];
  const sendEvents: SendEvents = async (events) => {
    sent.push(...events);
    return events.map(() => ({ sent: true }));
  };
  return {
    history,
    registry,
    sent,
    ports: {
      kind: codeInterpreterKind,
      registry,
      ledger,
      history,
      documents: memoryDocuments(),
      trail: given.trail ?? null,
      sendEvents: given.sendEvents ?? sendEvents,
    },
  };
}

export const inputOf = (change: Partial<SpendInput> = {}): SpendInput => ({
  targets: [target],
  prices,
  meter: { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" },
  attribution: attributionOf([{ match: { name: "^(?P<team>[a-z]+)-" }, set: { team: "${team}" } }]),
  budgets: [budget()],
  publish: true,
  backfillMs: 24 * 3_600_000,
  ...change,
});
