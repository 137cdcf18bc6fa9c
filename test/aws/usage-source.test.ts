import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { pseudoRecordsOf } from "../../adapters/aws/usage-minute.ts";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { meterSession } from "../../core/billing/meter-session.ts";
import type { SessionUsage } from "../../core/billing/session-usage.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { type InterpreterId, interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { Located, SessionBatch, UsageLocation, UsageRequest } from "../../core/ports/usage-source.ts";
import { embedded, signal, target } from "./embedded.ts";

const start = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;
const usual = "/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS";
const ids = ["usual", "shared", "sharing", "bucket", "deleted", "locked", "dark", "brief"] as const;
const idOf = (name: (typeof ids)[number]): InterpreterId => interpreterId(`${name}-Abcdefgh12`);
const logs = {
  usual: true,
  shared: { logGroup: "/team/usage" },
  sharing: { logGroup: "/team/usage" },
  bucket: { bucket: "usage-of-bucket", prefix: "p" },
  deleted: { state: "missing" },
  locked: { state: "unreadable" },
  dark: false,
  brief: { retentionDays: 1 },
} as const;
const ended = { profile: "bursty" as const, count: 2, createdSeconds: -4 * 3600, timeoutSeconds: 900 };
const aws = await embedded(
  {
    places: [
      {
        region: "us-east-1",
        interpreters: ids.map((name) => ({ name, id: idOf(name), createdSeconds: -6 * 3600, usageLogs: logs[name] })),
        sessions: [
          { interpreter: "usual", ...ended },
          { interpreter: "shared", ...ended },
          { interpreter: "sharing", ...ended, count: 1 },
        ],
      },
    ],
  },
  { maxAttempts: 2, startAt: start, paceSpeed: 50 },
);
const here = target("us-east-1");
const source = awsUsageSource(aws.clients, { logGroup: `/own/\${interpreter}`, pollMs: 1 });
afterEach(() => aws.clearFaults());

const groupLocation = (place: string): UsageLocation => ({
  kind: "log-group",
  place,
  foundBy: "delivery",
  windows: "stamp",
  retentionMs: null,
});
const request = (change: Partial<UsageRequest> = {}): UsageRequest => ({
  target: here,
  location: groupLocation(`${usual}/${idOf("usual")}`),
  from: instant(start - 7 * hour),
  until: instant(start),
  how: "rows",
  session: null,
  latestAt: instant(start + 24 * hour),
  ...change,
});

async function read(change: Partial<UsageRequest> = {}, of = source) {
  const batches: SessionBatch[] = [];
  const reading = await of.read(
    request(change),
    (some) => {
      batches.push(...some);
    },
    signal,
  );
  return { reading, records: batches.flatMap(recordsOf) };
}
const recordsOf = ({
  key,
  usage,
}: SessionBatch): readonly (UsageFigures & { readonly interpreter: string; readonly session: string })[] =>
  Array.from({ length: usage.length }, (_, row) => ({
    interpreter: key.interpreter,
    session: key.session,
    at: instant(usage.at[row] ?? 0),
    elapsedSeconds: usage.elapsedSeconds[row] ?? 0,
    vcpuHours: usage.vcpuHours[row] ?? 0,
    gbHours: usage.gbHours[row] ?? 0,
  }));
const distinct = (records: readonly object[]): ReadonlySet<string> => new Set(records.map((it) => JSON.stringify(it)));

interface TrueSession {
  readonly interpreter: string;
  readonly session: string;
  readonly records: number;
  readonly vcpuNs: string;
  readonly byteMs: string;
}
async function truth(): Promise<readonly TrueSession[]> {
  const answer = await fetch(`${aws.url}/_local/truth`);
  return ((await answer.json()) as { sessions: readonly TrueSession[] }).sessions;
}

describe("where usage records are", () => {
  const locate = (name: (typeof ids)[number]): Promise<Located> => source.locate(here, idOf(name), signal);

  it("is where the delivery of an interpreter says, with how long it keeps them", async () => {
    expect(await locate("usual")).toEqual({ kind: "found", location: groupLocation(`${usual}/${idOf("usual")}`) });
    for (const name of ["shared", "sharing"] as const) {
      expect(await locate(name)).toEqual({ kind: "found", location: groupLocation("/team/usage") });
    }
    expect(await locate("brief")).toMatchObject({ kind: "found", location: { retentionMs: 86_400_000 } });
    expect(await locate("bucket")).toEqual({
      kind: "found",
      location: { ...groupLocation("s3://usage-of-bucket/p"), kind: "bucket", windows: "delivery" },
    });
  });

  it("is nowhere for good reasons, each with what to do", async () => {
    expect(await locate("dark")).toMatchObject({ kind: "none", reason: "not-enabled" });
    expect(JSON.stringify(await locate("dark"))).toContain("PutDeliverySource");
    expect(await locate("deleted")).toMatchObject({ kind: "none", reason: "missing" });
    expect(JSON.stringify(await locate("deleted"))).toContain("does not exist: create it");
  });

  it("costs three listings for any number of interpreters", async () => {
    const fresh = awsUsageSource(aws.clients, { logGroup: null });
    await aws.takeCalls();
    for (const name of ids) await fresh.locate(here, idOf(name), signal);
    const calls = await aws.takeCalls();
    expect([
      calls["DescribeDeliveries"],
      calls["DescribeDeliverySources"],
      calls["DescribeDeliveryDestinations"],
    ]).toEqual([1, 1, 1]);
  });

  it("is the usual group where deliveries may not be listed", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "DescribeDeliverySources" });
    const fresh = awsUsageSource(aws.clients, { logGroup: null });
    expect(await fresh.locate(here, idOf("usual"), signal)).toEqual({
      kind: "found",
      location: { ...groupLocation(`${usual}/${idOf("usual")}`), foundBy: "convention" },
    });
    // Whether it has usage logs elsewhere, nobody knows now.
    const unknown = await fresh.locate(here, idOf("shared"), signal);
    expect(unknown).toMatchObject({ kind: "none", reason: "unreadable", problem: { code: "AccessDenied" } });
    expect(JSON.stringify(unknown)).toContain("logs:DescribeDeliverySources");
  });

  it("is that of the setting where nothing else names one", async () => {
    const fresh = awsUsageSource(aws.clients, { logGroup: "/team/usage" });
    expect(await fresh.locate(here, idOf("dark"), signal)).toEqual({
      kind: "found",
      location: { ...groupLocation("/team/usage"), foundBy: "setting" },
    });
  });

  it.each(["error", "throttle"] as const)("is unknown after a %s, and looked up again", async (kind) => {
    const fresh = awsUsageSource(aws.clients, { logGroup: null });
    await aws.addFaults({ kind, operation: "DescribeDeliveries" }, { kind, operation: "DescribeLogGroups" });
    expect(await fresh.locate(here, idOf("usual"), signal)).toMatchObject({ kind: "none", reason: "unknown" });
    await aws.clearFaults();
    expect(await fresh.locate(here, idOf("usual"), signal)).toMatchObject({ kind: "found" });
  });
});

describe("usage records, row by row", () => {
  it("are all that the sessions wrote, the line of the delivery set aside", async () => {
    const { reading, records } = await read();
    const sessions = (await truth()).filter((it) => it.interpreter === idOf("usual"));
    expect(reading).toMatchObject({ complete: true, approximate: null, problems: [] });
    expect(reading.lines).toBe(reading.records + 1);
    expect([...reading.skipped]).toEqual([["not-json", 1]]);
    expect(distinct(records).size).toBe(sessions.reduce((sum, it) => sum + it.records, 0));
    for (const it of sessions) {
      expect(distinct(records.filter((record) => record.session === it.session)).size).toBe(it.records);
    }
  });

  it("are each in exactly one of two windows that meet", async () => {
    const { records } = await read();
    const cut = records.toSorted((a, b) => a.at - b.at)[Math.floor(records.length / 2)]?.at ?? 0;
    const before = await read({ until: instant(cut) });
    const after = await read({ from: instant(cut) });
    expect(before.records.every((it) => it.at < cut) && after.records.every((it) => it.at >= cut)).toBe(true);
    expect(after.records.some((it) => it.at === cut)).toBe(true);
    expect(before.records.length + after.records.length).toBe(records.length);
  });

  it("are those of one session where one is asked for", async () => {
    const [wanted] = (await truth()).filter((it) => it.interpreter === idOf("shared"));
    const { records, reading } = await read({
      location: groupLocation("/team/usage"),
      session: sessionId(wanted?.session ?? ""),
    });
    expect(new Set(records.map((it) => it.session))).toEqual(new Set([wanted?.session]));
    expect(distinct(records).size).toBe(wanted?.records);
    expect(reading.complete).toBe(true);
  });

  it("are of all interpreters that share a group, however large its pages are", async () => {
    const { records } = await read({ location: groupLocation("/team/usage") });
    expect(new Set(records.map((it) => it.interpreter))).toEqual(new Set([idOf("shared"), idOf("sharing")]));
  });

  it.each([
    ["a group that is locked", `${usual}/${idOf("locked")}`, "AccessDenied", "logs:FilterLogEvents"],
    ["a group that is gone", `${usual}/${idOf("deleted")}`, "NotFound", "does not exist"],
  ])("are not complete in %s, and it is said why", async (_what, place, code, said) => {
    const { reading } = await read({ location: groupLocation(place) });
    expect(reading).toMatchObject({ complete: false, problems: [{ code }] });
    expect(reading.problems[0]?.message).toContain(said);
  });

  it("keep what was read before a page failed", async () => {
    const operation = "FilterLogEvents";
    await aws.addFaults({ kind: "slow", delayMs: 0, operation, times: 1 }, { kind: "error", operation });
    const { reading, records } = await read();
    expect(reading).toMatchObject({ complete: false, problems: [{ code: "ServiceError" }] });
    expect(records.length).toBeGreaterThan(0);
  });

  it("stop coming where the pass is given up", async () => {
    const stop = new AbortController();
    stop.abort(new Error("given up"));
    await expect(source.read(request(), () => undefined, stop.signal)).rejects.toThrow("given up");
  });
});

const settings = { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" } as const;
const metered = (records: readonly UsageFigures[]): SessionUsage => meterSession(usageColumnsOf(records), [], settings);
const sumsOf = (usage: SessionUsage) => {
  const [part] = usage.parts;
  return { vcpuNs: part?.vcpuNs ?? 0n, byteMs: part?.byteMs ?? 0n, loggedByteMs: part?.loggedByteMs ?? 0n };
};
const apart = (a: bigint, b: bigint): number => Number(a > b ? a - b : b - a);

describe("usage summed up by the minute", () => {
  it.each(["full", "rounded"] as const)("has the sums of each session, where numbers come %s", async (numbers) => {
    const other = await embedded(
      {
        places: [
          {
            region: "us-east-1",
            interpreters: [{ name: "usual", id: idOf("usual") }],
            sessions: [{ interpreter: "usual", ...ended }],
          },
        ],
      },
      { startAt: start, unknowns: { insightsNumbers: numbers }, paceSpeed: 50 },
    );
    const of = awsUsageSource(other.clients, { logGroup: null, pollMs: 1 });
    const exact = await read({}, of);
    const { reading, records } = await read({ how: "aggregated" }, of);
    expect(reading).toMatchObject({ complete: true, problems: [] });
    expect(reading.approximate).toContain("minute");
    for (const session of new Set(exact.records.map((it) => it.session))) {
      const ownRows = exact.records.filter((it) => it.session === session) as readonly UsageFigures[] &
        readonly unknown[];
      const own = records.filter((it) => it.session === session);
      // Redelivered records are in the server's sums twice, so the rows are compared as they came.
      const sum = (rows: readonly UsageFigures[], name: "vcpuHours" | "gbHours" | "elapsedSeconds") =>
        rows.reduce((total, it) => total + it[name], 0);
      for (const name of ["vcpuHours", "gbHours", "elapsedSeconds"] as const) {
        expect(sum(own, name)).toBeCloseTo(sum(ownRows, name), 8);
      }
      expect(sumsOf(metered(own)).byteMs).toBeGreaterThanOrEqual(sumsOf(metered(ownRows)).byteMs);
      expect(metered(own).gapMs).toBeLessThanOrEqual(metered(ownRows).gapMs);
    }
  });

  it("is in exactly one of two windows that meet at a minute", async () => {
    const whole = await read({ how: "aggregated" });
    const cut = instant(start - 4 * hour + 5 * 60_000);
    const parts = [await read({ how: "aggregated", until: cut }), await read({ how: "aggregated", from: cut })];
    expect(parts.map(({ reading }) => reading.problems)).toEqual([[], []]);
    expect(distinct(parts.flatMap((part) => part.records))).toEqual(distinct(whole.records));
  });

  it("is nothing in a time before there was a log group", async () => {
    const { reading } = await read({
      how: "aggregated",
      from: instant(start - 9 * hour),
      until: instant(start - 8 * hour),
    });
    expect(reading).toMatchObject({ complete: true, records: 0, problems: [] });
  });

  it("is not complete where the query is refused", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "StartQuery" });
    const { reading } = await read({ how: "aggregated" });
    expect(reading).toMatchObject({ complete: false, problems: [{ code: "AccessDenied", operation: "StartQuery" }] });
  });

  it("charges never less than record by record, and never more than the peak from the minute's start", () => {
    const record = fc.record({
      second: fc.nat(599),
      elapsedSeconds: fc.constantFrom(1, 0.99, 0.32, 0),
      vcpuHours: fc.integer({ min: 0, max: 5_000 }).map((it) => it / 1e7),
      gbPerSecond: fc.integer({ min: 0, max: 8_000 }).map((it) => it / 1e3),
    });
    const begin = instant(start);
    fc.assert(
      fc.property(fc.uniqueArray(record, { selector: (it) => it.second, minLength: 1, maxLength: 40 }), (drawn) => {
        const records = drawn.map(
          (it): UsageFigures => ({
            at: plusMs(begin, it.second * 1000),
            elapsedSeconds: it.elapsedSeconds,
            vcpuHours: it.vcpuHours,
            gbHours: (it.gbPerSecond * Math.max(it.elapsedSeconds, 0.01)) / 3600,
          }),
        );
        const minutes = Map.groupBy(records, (it) => Math.floor((it.at - begin) / 60_000));
        const summed = [...minutes].flatMap(([minute, own]) => minuteOf(plusMs(begin, minute * 60_000), own));
        const exact = sumsOf(metered(records));
        const approximate = sumsOf(metered(summed));
        // Each rounds to whole integers once a record.
        expect(apart(approximate.vcpuNs, exact.vcpuNs)).toBeLessThanOrEqual(records.length + summed.length);
        expect(apart(approximate.loggedByteMs, exact.loggedByteMs)).toBeLessThanOrEqual(
          1000 * (records.length + summed.length),
        );
        const slack = BigInt(2000 * (records.length + summed.length));
        expect(approximate.byteMs + slack >= exact.byteMs).toBe(true);
        expect(approximate.byteMs <= fromMinuteStart(records, begin) + slack).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function minuteOf(at: Instant, records: readonly UsageFigures[]): readonly UsageFigures[] {
  const sum = (name: "elapsedSeconds" | "vcpuHours" | "gbHours") => records.reduce((total, it) => total + it[name], 0);
  return pseudoRecordsOf({
    at,
    elapsedSeconds: sum("elapsedSeconds"),
    vcpuHours: sum("vcpuHours"),
    gbHours: sum("gbHours"),
    peakGb: Math.max(...records.map((it) => (it.gbHours * 3600) / Math.max(it.elapsedSeconds, 0.25))),
  });
}

/** The same records as if all of a minute's were stamped at its start, with a level for the short ones as well. */
function fromMinuteStart(records: readonly UsageFigures[], begin: Instant): bigint {
  const floor = 134_217_728;
  const ms = records.reduce((total, it) => total + Math.round(it.elapsedSeconds * 1000), 0);
  const charged = records.reduce((total, it) => {
    const end = Math.floor((it.at - begin) / 60_000) * 60_000 + 60_000;
    const peak = Math.max(
      floor,
      ...records
        .filter((other) => other.at - begin < end)
        .map((other) => Math.round((other.gbHours * 2 ** 30 * 3600) / Math.max(other.elapsedSeconds, 0.25))),
    );
    return total + BigInt(Math.round(it.elapsedSeconds * 1000)) * BigInt(peak);
  }, 0n);
  const highest = Math.max(
    floor,
    ...records.map((it) => Math.round((it.gbHours * 2 ** 30 * 3600) / Math.max(it.elapsedSeconds, 0.25))),
  );
  // The one-second minimum.
  return ms < 1000 ? 1000n * BigInt(highest) : charged;
}
