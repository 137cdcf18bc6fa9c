import { beforeEach, describe, expect, it } from "vitest";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBatch, UsageReading, UsageRequest } from "../../core/ports/usage-source.ts";
import { signal, target } from "./embedded.ts";
import { toldLogs } from "./told-logs.ts";

const start = Date.UTC(2026, 10, 20, 12);
const minuteMs = 60_000;
const mostRows = 10_000;
type Row = Readonly<Record<string, string>>;

/** An Insights whose answers are told: rows of a half-open time, cut at the most that an answer holds. */
const insights = {
  rowsOf: (_from: number, _until: number): readonly Row[] => [],
  status: (_query: number): string => "Complete",
  calls: [] as string[],
};
const queries: (readonly [number, number])[] = [];
const answerTo = (operation: string, input: { readonly queryString: string; readonly queryId: string }): object => {
  insights.calls.push(operation);
  if (operation === "StartQuery") {
    const [from = 0, until = 0] = [...input.queryString.matchAll(/@timestamp\) [<>]=? (\d+)/g)].map(firstNumber);
    return { queryId: String(queries.push([from, until])) };
  }
  const [from, until] = queries[Number(input.queryId) - 1] ?? [0, 0];
  const rows = insights.rowsOf(from, until).slice(0, mostRows);
  const results = rows.map((row) => Object.entries(row).map(([field, value]) => ({ field, value })));
  return operation === "StopQuery" ? { success: true } : { status: insights.status(Number(input.queryId)), results };
};
const firstNumber = (match: RegExpMatchArray): number => Number(match[1]);

const clients = await toldLogs<{ readonly queryString: string; readonly queryId: string }>((operation, input) => ({
  body: answerTo(operation, input),
}));
const source = awsUsageSource(clients, { logGroup: null, pollMs: 1 });

beforeEach(() => {
  insights.rowsOf = () => [];
  insights.status = () => "Complete";
  insights.calls = [];
  queries.length = 0;
});

const minuteRow = (session: string, at: number, change: Partial<Row> = {}): Row => ({
  account: "111122223333",
  region: "us-east-1",
  arn: "arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/tool-VbMl9Hi8I4",
  session,
  minute: new Date(at).toISOString().replace("T", " ").replace("Z", ""),
  events: "60",
  elapsedMs: "60000",
  vcpuNs: "6000000000",
  gbNs: "60000000000",
  peakNanoGb: "1000000000",
  ...change,
});
/** So many sessions in each minute from `start` on. */
const minutesOf =
  (sessions: number) =>
  (from: number, until: number): readonly Row[] => {
    const rows: Row[] = [];
    for (let at = Math.max(from, start); at < until; at += minuteMs) {
      for (let session = 0; session < sessions; session += 1) rows.push(minuteRow(`S${session}`, at));
    }
    return rows;
  };

async function read(
  minutes: number,
  of: AbortSignal = signal,
): Promise<{ readonly reading: UsageReading; readonly batches: readonly SessionBatch[] }> {
  const batches: SessionBatch[] = [];
  const request: UsageRequest = {
    target: target("us-east-1"),
    location: { kind: "log-group", place: "/usage", foundBy: "setting", windows: "stamp", retentionMs: null },
    from: instant(start),
    until: instant(start + minutes * minuteMs),
    how: "aggregated",
    session: null,
    latestAt: instant(start + 86_400_000),
  };
  const reading = await source.read(request, (more) => void batches.push(...more), of);
  return { reading, batches };
}

describe("an answer of Logs Insights", () => {
  it("that is full is asked for again in halves, until each minute of each session has come once", async () => {
    insights.rowsOf = minutesOf(3000);
    const { reading, batches } = await read(10);
    expect(reading).toMatchObject({ complete: true, lines: 30_000, problems: [] });
    expect(batches).toHaveLength(3000);
    for (const { usage } of batches) {
      const elapsed = usage.elapsedSeconds.subarray(0, usage.length).reduce((sum, it) => sum + it, 0);
      expect(elapsed).toBe(600);
      expect(new Set(usage.at.subarray(0, usage.length)).size).toBe(20);
    }
  });

  it.each([
    [mostRows - 1, true],
    [mostRows, false],
  ])("of one minute with %i sessions is complete: %s", async (sessions, complete) => {
    insights.rowsOf = minutesOf(sessions);
    const { reading, batches } = await read(1);
    expect(reading.complete).toBe(complete);
    expect(batches.length).toBe(complete ? sessions : 0);
    expect(reading.problems.map(({ code }) => code)).toEqual(complete ? [] : ["TooManySessions"]);
    expect(queries).toHaveLength(1);
  });

  it.each([2, 3])(
    "of one half alone is not handed on, and nothing more is asked for: query %i fails",
    async (failed) => {
      insights.rowsOf = minutesOf(3000);
      insights.status = (query) => (query === failed ? "Failed" : "Complete");
      const { reading, batches } = await read(6);
      expect(reading).toMatchObject({ complete: false, records: 0, problems: [{ code: "ServiceError" }] });
      expect(batches).toEqual([]);
      expect(queries).toHaveLength(failed);
    },
  );

  it.each(["Failed", "Timeout", "Cancelled"])("that is %s is not complete", async (status) => {
    insights.status = () => status;
    const { reading } = await read(5);
    expect(reading.complete).toBe(false);
    expect(reading.problems[0]?.message).toContain(`ended as ${status}`);
  });

  it.each([
    [99, true],
    [100, false],
  ])("of %i events of which none was understood is complete: %s", async (events, complete) => {
    const foreign = { minute: "2026-11-20 12:00:00.000", events: String(events) };
    insights.rowsOf = () => [foreign];
    const { reading } = await read(5);
    expect(reading).toMatchObject({ complete, records: 0 });
    expect([...reading.skipped]).toEqual([["not-a-minute", 1]]);
    expect(reading.problems.map(({ code }) => code)).toEqual(complete ? [] : ["NoUsageRecords"]);
  });

  it("may hold other events beside usage records", async () => {
    insights.rowsOf = (from, until) => [
      { minute: "2026-11-20 12:00:00.000", events: "5000" },
      ...minutesOf(1)(from, until),
    ];
    const { reading } = await read(1);
    expect(reading).toMatchObject({ complete: true, lines: 2, records: 2, problems: [] });
  });

  it.each([
    ["a sum that is none", { elapsedMs: "NaN" }],
    ["a sum below zero", { vcpuNs: "-1" }],
    ["no minute", { minute: "yesterday" }],
    ["no interpreter", { arn: "" }],
  ])("with %s has that minute set aside", async (_what, change) => {
    insights.rowsOf = () => [minuteRow("A", start), minuteRow("B", start, change)];
    const { reading, batches } = await read(1);
    expect(reading).toMatchObject({ complete: true, lines: 2, records: 2 });
    expect([...reading.skipped]).toEqual([["not-a-minute", 1]]);
    expect(batches.map(({ key }) => key.session)).toEqual(["A"]);
  });

  it("that nobody waits for any more is stopped", async () => {
    const stop = new AbortController();
    insights.status = () => {
      stop.abort(new Error("given up"));
      return "Running";
    };
    await expect(read(5, stop.signal)).rejects.toThrow("given up");
    expect(insights.calls).toEqual(["StartQuery", "GetQueryResults", "StopQuery"]);
  });
});
