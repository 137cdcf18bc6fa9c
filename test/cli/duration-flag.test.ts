import { describe, expect, it } from "vitest";
import { durationOfFlag } from "../../cli/config/duration-flag.ts";
import { readWatchOptions } from "../../cli/watch/watch-options.ts";

const range = { leastMs: 1000, mostMs: 3_600_000, wanted: "from 1s to 1h, such as 5m", units: ["s", "m"] } as const;
const read = (text: string) => {
  const problems: string[] = [];
  return { ms: durationOfFlag("--every", text, range, problems), problems };
};

describe("a time that a flag takes", () => {
  it.each([
    ["1s", 1000],
    ["1.5m", 90_000],
    ["2500ms", 2500],
    ["1h", 3_600_000],
  ])("%s is %d ms", (text, ms) => expect(read(text)).toEqual({ ms, problems: [] }));

  it.each(["999ms", "3600001ms", "1d", "", "-5s", "5 s", "1h30m", "soon", "0", "3601"])("is not %j", (text) =>
    expect(read(text)).toEqual({
      ms: null,
      problems: [`--every must be a time from 1s to 1h, such as 5m, not "${text}"`],
    }),
  );

  it.each([
    ["5", "5s or 5m"],
    ["2.5", "2.5s or 2.5m"],
    ["0.5", "0.5m"],
    ["61", "61s"],
  ])("needs a unit: %s could be %s", (text, meant) =>
    expect(read(text)).toEqual({ ms: null, problems: [`--every ${text} has no unit: say ${meant}`] }),
  );
});

it("watch takes no number without a unit, for passes and for costs", () =>
  expect(readWatchOptions({ every: "5", accountsEvery: "10" }).problems).toEqual([
    "--every 5 has no unit: say 5s or 5m",
    "--accounts-every 10 has no unit: say 10s or 10m",
  ]));
