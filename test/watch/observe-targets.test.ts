import { describe, expect, it } from "vitest";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { figureOf, ireland, live, monitor, throttled, virginia } from "./monitor-fixture.ts";

describe("a target that cannot be read", () => {
  it("is degraded once and recovered once, and the others finish", async () => {
    const { placeOf, sent, pass } = monitor({ targets: [virginia, ireland] });
    placeOf(ireland).live = live(2);
    placeOf(virginia).broken = "all";
    for (const minute of [0, 1, 2]) {
      const outcome = await pass(minute);
      expect(outcome.complete).toBe(false);
      expect(outcome.targets.map(({ scan }) => scan?.status)).toEqual(["failed", "ok"]);
    }
    placeOf(virginia).broken = "no";
    for (const minute of [3, 4, 5]) await pass(minute);
    expect(sent.map(({ detailType, detail }) => [detailType, detail["region"], detail["from"], detail["to"]])).toEqual([
      ["Scan Degraded", "us-east-1", "ok", "failed"],
      ["Scan Degraded", "us-east-1", "failed", "ok"],
    ]);
    expect(sent[0]?.detail).toMatchObject({
      problemCount: 1,
      problems: [{ code: throttled.code, operation: throttled.operation, message: throttled.message }],
      runbook: "docs/runbook.md#scan-degraded",
    });
  });

  it("has a heartbeat of 0 and no figure of what it did not read", async () => {
    const { place, published, pass } = monitor();
    place.live = live(3);
    place.broken = "sessions";
    await pass(0);
    expect(figureOf(published, "ScanComplete")).toBe(0);
    expect(figureOf(published, "ScanProblems")).toBe(1);
    for (const name of [
      "ReadySessions",
      "HourlyCostLow",
      "CostSoFarHigh",
      "OldestSessionAge",
      "SessionQuotaUtilization",
    ]) {
      expect(figureOf(published, name)).toBeUndefined();
    }
  });

  it("stays critical while it cannot be seen", async () => {
    const { place, sent, state, pass } = monitor();
    place.live = live(9);
    await pass(0);
    await pass(1);
    place.broken = "all";
    for (const minute of [2, 3, 4, 5]) await pass(minute);
    expect((await state.load(virginia)).alerts).toMatchObject([{ level: "critical" }, { level: "ok" }]);
    expect(sent.filter((event) => event.detailType === "Quota Pressure Changed")).toHaveLength(1);
  });

  it("is not scanned where its state cannot be read, and the others are", async () => {
    const state = memoryRegistry();
    const failing = {
      ...state,
      load: async (target: typeof virginia) => {
        if (target === virginia) throw new RegistryError("busy", "the file is locked");
        return state.load(target);
      },
    };
    const { placeOf, looked, published, pass } = monitor({ state: failing, targets: [virginia, ireland] });
    placeOf(virginia).live = ["a"];
    placeOf(ireland).live = ["b"];
    const outcome = await pass(0);
    expect(outcome.targets).toMatchObject([
      { state: "failed", scan: null, problems: [{ code: "StateUnavailable", message: "the file is locked" }] },
      { state: "committed" },
    ]);
    expect(outcome.complete).toBe(false);
    expect(looked).toEqual(["b"]);
    expect(published.filter((datum) => datum.name === "ScanComplete").map((datum) => datum.value)).toEqual([0, 1]);
  });
});
