import { describe, expect, it } from "vitest";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { levelsOf } from "../../core/billing/meter-rows.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { joinColumns, type UsageColumns } from "../../core/billing/usage-columns.ts";
import { type SavingsInput, savingOf } from "../../core/cleanup/savings/savings.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { type SessionId, sessionId } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { signal } from "../aws/embedded.ts";
import { calledFleet, here, idOf } from "../evidence/called-fleet.ts";
import { done, intended } from "../stop-records/records.ts";

const prices = priceBookOf(codeInterpreterPrices);
const settings = { prices, gb: "binary", memoryGb: 8 } as const;
const levels = { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" } as const;
type Fleet = Awaited<ReturnType<typeof calledFleet>>;

interface Truth {
  readonly sessions: readonly {
    readonly session: string;
    readonly createdAt: string;
    readonly work: { readonly remainingIdleUsd: string | null };
  }[];
}
const truthOf = async ({ url }: Fleet): Promise<Truth["sessions"]> =>
  ((await (await fetch(`${url}/_local/truth?activity=true`)).json()) as Truth).sessions;

/** Stops a session as the chain does, with the evidence of that moment. */
async function stopped(fleet: Fleet, session: SessionId): Promise<StopRecord> {
  const ports = { usage: awsUsageSource(fleet.clients, { logGroup: null }), documents: memoryDocuments() };
  const read = sessionCpu(ports, levels);
  const question = { neededMs: 15 * 60_000, depth: "whole" } as const;
  const found = await read(here, idOf("told"), [session], fleet.window(120), question, fleet.now(), signal);
  const cpu = found.get(session);
  if (cpu?.kind !== "known") throw new Error(cpu?.message ?? "not looked at");
  const detail = await fleet.ports().sandboxes.getSession(here, idOf("told"), session, signal);
  if (detail.kind !== "found") throw new Error("it is gone");
  await fleet.stop("told", session);
  const { createdAt, timeoutSeconds } = detail.value;
  const record = intended(session, 0);
  const entry = {
    ...record.entry,
    createdAt: createdAt ?? fleet.now(),
    timeoutSeconds,
    evidence: { ...record.entry.evidence, cpu },
  };
  return { ...done(record, "stopped"), entry, intendedAt: fleet.now(), decidedAt: fleet.now() };
}

/** By all of a session's records, as a ledger knows it once they have come. */
async function peakOf(fleet: Fleet, session: SessionId): Promise<number> {
  const usage = awsUsageSource(fleet.clients, { logGroup: null });
  const located = await usage.locate(here, idOf("told"), signal);
  if (located.kind !== "found") throw new Error("its usage logs are not on");
  const columns: UsageColumns[] = [];
  const window = { from: plusMs(fleet.now(), -10 * 3_600_000), until: fleet.now(), latestAt: fleet.now() };
  await usage.read(
    { target: here, location: located.location, how: "rows", session, ...window },
    (batches) => {
      for (const batch of batches) columns.push(batch.usage);
    },
    signal,
  );
  return Math.max(...levelsOf(joinColumns(columns), "binary").filter((level) => Number.isFinite(level)));
}

const savedBy = (record: StopRecord, peakBytes: number | null) => {
  const peak = peakBytes === null ? null : { bytes: peakBytes, isWhole: true };
  const input: SavingsInput = { ...settings, peakOf: () => peak };
  const usd = savingOf(record, input)?.usd;
  if (usd == null) throw new Error("its saving is not known");
  return { low: formatUsd(usd.low), high: formatUsd(usd.high) };
};

describe("what a stop saved, and what it would have cost", () => {
  it.each([70, 143.7, 300])(
    "is the same once all records are there, and bounded before, after %d minutes",
    async (minutes) => {
      const fleet = await calledFleet();
      fleet.advance(minutes);
      const leaks = (await truthOf(fleet)).map(({ session }) => sessionId(session));
      const [leak] = leaks.filter((id) => fleet.trueCalls("told").has(id));
      if (leak === undefined) throw new Error("there is no leak");
      const record = await stopped(fleet, leak);
      const truth = (await truthOf(fleet)).find(({ session }) => session === leak)?.work.remainingIdleUsd;
      fleet.advance(120);
      const before = savedBy(record, null);
      expect(Number(before.low)).toBeGreaterThan(0);
      expect(Number(before.low)).toBeLessThanOrEqual(Number(truth));
      expect(Number(before.high)).toBeGreaterThanOrEqual(Number(truth));
      const { low, high } = savedBy(record, await peakOf(fleet, leak));
      expect({ low, high }).toEqual({ low: truth, high: truth });
      expect(instant(record.intendedAt)).toBe(fleet.at(minutes));
    },
  );
});
