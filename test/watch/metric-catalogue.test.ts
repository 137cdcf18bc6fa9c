import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { observe } from "../../core/jobs/observe/observe.ts";
import { metricCatalogue, metricDimensions } from "../../core/reporting/metric-catalogue.ts";
import { figureOf, live, monitor, virginia } from "./monitor-fixture.ts";
import { start } from "./quota-fixtures.ts";

describe("the metric catalogue", () => {
  it("is what docs/metrics.md says", () => {
    const text = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const rows = text.split("\n").filter((line) => line.startsWith("| `"));
    const expected = Object.entries(metricCatalogue).map(
      ([name, it]) => `| \`${name}\` | ${it.unit} | ${it.statistic} | ${it.description} |`,
    );
    expect(rows).toEqual(expected);
  });

  it("is what a whole pass publishes, each with its unit and the two dimensions", async () => {
    const { place, published, pass } = monitor();
    place.live = live(3);
    await pass(0);
    published.length = 0;
    await pass(1);
    expect(published.map((datum) => datum.name).toSorted()).toEqual(Object.keys(metricCatalogue).toSorted());
    for (const { name, unit, dimensions } of published) {
      expect(unit).toBe(metricCatalogue[name as keyof typeof metricCatalogue].unit);
      expect(dimensions).toEqual([
        ["Account", virginia.account],
        ["Region", virginia.region],
      ]);
      expect(dimensions.map(([dimension]) => dimension)).toEqual([...metricDimensions]);
    }
  });

  it("is no larger for a thousand sessions than for one", async () => {
    const { place, published, pass } = monitor();
    place.limit = 5000;
    place.live = live(1);
    const metrics = (): number =>
      new Set(published.map((datum) => JSON.stringify([datum.name, datum.dimensions]))).size;
    await pass(0);
    await pass(1);
    const few = metrics();
    place.live = live(1000);
    await pass(2);
    expect(metrics()).toBe(few);
  });
});

describe("the values of a pass", () => {
  it("are those of the scan", async () => {
    const { place, published, pass } = monitor();
    place.live = live(4);
    await pass(0);
    published.length = 0;
    place.live = live(4, 2);
    await pass(14);
    const values = Object.fromEntries(published.map((datum) => [datum.name, datum.value]));
    expect(values).toEqual({
      ReadySessions: 4,
      SessionsStarted: 2,
      SessionsEnded: 2,
      // Each was created at the start and lives for fifteen minutes.
      SessionsExpiringSoon: 4,
      OldestSessionAge: 840,
      CustomInterpreters: 0,
      SessionQuotaLimit: 10,
      SessionQuotaUtilization: 40,
      InterpreterQuotaUtilization: 0,
      // Four times 0.125 GB, and 2 vCPU with 8 GB, for an hour and for fourteen minutes.
      HourlyCostLow: 0.004725,
      HourlyCostHigh: 1.0184,
      CostSoFarLow: 0.0011025,
      CostSoFarHigh: 0.237626666666667,
      ScanComplete: 1,
      ScanProblems: 0,
      ScanDuration: 0,
      ApiAttempts: 0,
    });
  });

  it("have no age where nothing lives, and count 0", async () => {
    const { published, pass } = monitor();
    await pass(0);
    expect(figureOf(published, "OldestSessionAge")).toBeUndefined();
    expect(figureOf(published, "ReadySessions")).toBe(0);
    expect(figureOf(published, "HourlyCostHigh")).toBe(0);
  });

  it("do not take the sessions of the first pass for started in it", async () => {
    const { place, published, pass } = monitor();
    place.live = live(3);
    await pass(0);
    expect(figureOf(published, "SessionsStarted")).toBeUndefined();
  });

  it("have no cost where the Region has no price", async () => {
    const { place, published, pass } = monitor();
    place.live = live(3);
    await pass(0, { prices: new Map() });
    expect(figureOf(published, "ReadySessions")).toBe(3);
    for (const name of ["HourlyCostLow", "HourlyCostHigh", "CostSoFarLow", "CostSoFarHigh"]) {
      expect(figureOf(published, name)).toBeUndefined();
    }
  });

  it("have none at all for a Region that is not enabled, when all Regions were asked for", async () => {
    const { ports, input, published } = monitor();
    const scan: typeof ports.scan = async (...asked) => {
      const outcome = await ports.scan(...asked);
      const skipped = { status: "skipped", interpreters: null, readySessions: null, quotas: [] } as const;
      return { ...outcome, targets: outcome.targets.map((it) => ({ ...it, ...skipped })) };
    };
    const outcome = await observe({ ...ports, scan })(start, input, new AbortController().signal);
    expect(published).toEqual([]);
    expect(outcome.complete).toBe(true);
  });

  it("count as expiring soon what has five minutes left, and not a second more", async () => {
    const { place, published, pass } = monitor();
    place.live = live(1);
    await pass(9.99);
    await pass(10);
    const soon = published.filter((datum) => datum.name === "SessionsExpiringSoon").map((datum) => datum.value);
    expect(soon).toEqual([0, 1]);
  });
});
