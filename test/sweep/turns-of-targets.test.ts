import { describe, expect, it } from "vitest";
import { turnsOf } from "../../core/jobs/sweep/turns-of-targets.ts";
import { region } from "../../core/kernel/ids.ts";
import { here, minute } from "./lives.ts";
import { sha256 } from "./sweep-world.ts";

const regions = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1"];
const found = regions.map((name) => ({
  target: { ...here, region: region(name) },
  interpreters: [],
  sessions: [],
  readySessions: 0,
}));
const orderAt = (at: number): readonly string[] =>
  turnsOf(found, sha256, minute(at)).map(({ target }) => String(target.region));

describe("the turns of targets under one cap", () => {
  it.each([1, 5, 60, 1440])("give each its turn to be first, and last, with passes every %i minutes", (every) => {
    const passes = Array.from({ length: 100 }, (_, n) => orderAt(n * every));
    for (const name of regions) {
      for (const place of [0, regions.length - 1]) {
        // A fifth of a hundred, give or take.
        expect(passes.filter((order) => order[place] === name).length).toBeGreaterThan(6);
      }
    }
  });

  it("have each target once, and are the same for the same pass, whoever lists them how", () => {
    expect(orderAt(5).toSorted()).toEqual(regions.toSorted());
    const other = turnsOf(found.toReversed(), sha256, minute(5)).map(({ target }) => String(target.region));
    expect(other).toEqual(orderAt(5));
  });
});
