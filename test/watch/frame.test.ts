import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { builtInPricing } from "../../cli/scan/compose.ts";
import { frameOf, type View } from "../../cli/watch/frame.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { ireland, live, monitor, virginia } from "./monitor-fixture.ts";
import { minutes, start } from "./quota-fixtures.ts";

async function passOver(break_: boolean): Promise<PassOutcome> {
  const { placeOf, pass } = monitor({ targets: [virginia, ireland] });
  placeOf(virginia).live = live(9);
  await pass(0);
  if (break_) placeOf(ireland).broken = "all";
  return pass(1);
}
const viewOf = (outcome: PassOutcome, overrunMs = 0): View => ({
  heading: ["sandmeter watch"],
  last: { number: 2, outcome, startedAt: minutes(1), endedAt: minutes(1), tookMs: 400, nextAt: minutes(2), overrunMs },
  accounts: null,
  cleanup: null,
  pricing: builtInPricing,
  deliveries: outcome.targets.flatMap((target) => target.events),
});
const plain = (columns: number) => ({ color: false, columns });

describe("the live view", () => {
  it.each([40, 80, 107, 108, 131, 132, 200])("stays within %i columns", async (columns) => {
    const lines = frameOf(viewOf(await passOver(true)), minutes(1), plain(columns));
    // A table that cannot be cut further is the one thing that may be wider, on a terminal too narrow for any use.
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(Math.max(columns, 80));
  });

  it("shows what a Region uses of its quota, what was sent, and what could not be read", async () => {
    const text = frameOf(viewOf(await passOver(true)), plusMs(minutes(1), 20_000), plain(200)).join("\n");
    expect(text).toMatch(/us-east-1 +9 +0 +0 +#########\. 9 of 10 90 % critical/);
    expect(text).toMatch(/eu-west-1 +unknown .*failed/);
    expect(text).toContain("at least 9 live sessions in 2 Regions");
    expect(text).toContain("sent      us-east-1  Quota Pressure Changed: ok → critical");
    expect(text).toContain("eu-west-1: Throttled: throttled");
    expect(text).toContain("took 0.4 s; the next in 40s");
  });

  it("says that the next pass runs at once where one took too long", async () => {
    const text = frameOf(viewOf(await passOver(false), 5000), minutes(1), plain(120)).join("\n");
    expect(text).toContain("longer than the interval: the next runs at once");
  });

  it("says what it is doing before there is anything to show", () => {
    const text = frameOf(
      { heading: ["x"], last: null, accounts: null, cleanup: null, pricing: builtInPricing, deliveries: [] },
      start,
      plain(0),
    ).join("\n");
    expect(text).toContain("First pass");
  });
});
