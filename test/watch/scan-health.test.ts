import { describe, expect, it } from "vitest";
import { advanceHealth, type HealthLevel, type ScanHealth } from "../../core/inventory/scan-health.ts";
import { minutes } from "./quota-fixtures.ts";

function run(series: readonly HealthLevel[]): {
  readonly health: ScanHealth | null;
  readonly changes: readonly string[];
} {
  let health: ScanHealth | null = null;
  const changes: string[] = [];
  for (const [index, seen] of series.entries()) {
    const next = advanceHealth(health, minutes(index), seen);
    health = next.health;
    if (next.transition !== null) changes.push(`${next.transition.from}-${next.transition.to}`);
  }
  return { health, changes };
}

describe("the health of a target", () => {
  it.each<[string, readonly HealthLevel[], readonly string[]]>([
    ["is ok without a word", ["ok", "ok", "ok"], []],
    ["turns partial at once, and says so once", ["ok", "partial", "partial", "partial"], ["ok-partial"]],
    ["turns failed on its first pass", ["failed", "failed"], ["ok-failed"]],
    ["worsens further", ["partial", "failed"], ["ok-partial", "partial-failed"]],
    ["does not recover on one good pass", ["failed", "ok"], ["ok-failed"]],
    ["recovers on two in a row", ["failed", "ok", "ok"], ["ok-failed", "failed-ok"]],
    ["recovers to the worse of the two", ["failed", "ok", "partial"], ["ok-failed", "failed-partial"]],
    ["stays down where every other pass is good", ["failed", "ok", "failed", "ok", "failed"], ["ok-failed"]],
  ])("%s", (_what, series, changes) => {
    expect(run(series).changes).toEqual(changes);
  });

  it("knows since when it is so", () => {
    expect(run(["ok", "partial", "ok"]).health).toEqual({ level: "partial", since: minutes(1), recovering: "ok" });
  });
});
