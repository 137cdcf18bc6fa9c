import { describe, expect, it } from "vitest";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type LimitOverride, limitOf } from "../../core/quota/limits.ts";

const definition = { code: "L-1", name: "sessions", subject: "ready-sessions", builtInLimit: 1000 } as const;
const target = { account: accountId("111122223333"), region: region("us-east-1") };
const read = (limit: number, source: "applied" | "default" | "built-in") => ({ code: "L-1", limit, source });
const override = (limit: number, part: Partial<LimitOverride> = {}): LimitOverride => ({
  code: "L-1",
  account: null,
  region: null,
  limit,
  ...part,
});

describe("the limit that holds", () => {
  it.each([
    ["override before applied", [override(7)], [read(5, "applied")], { limit: 7, source: "override" }],
    ["applied before default", [], [read(9, "default"), read(5, "applied")], { limit: 5, source: "applied" }],
    ["an applied 0 is a value", [], [read(0, "applied"), read(9, "default")], { limit: 0, source: "applied" }],
    ["default before built-in", [], [read(1000, "built-in"), read(9, "default")], { limit: 9, source: "default" }],
    ["built-in where nothing was read", [], [], { limit: 1000, source: "built-in" }],
    ["another quota's override is none", [override(7, { code: "L-2" })], [], { limit: 1000, source: "built-in" }],
  ] as const)("%s", (_, overrides, limits, expected) => {
    expect(limitOf(definition, target, overrides, limits)).toEqual(expected);
  });

  it("takes the most particular override that matches", () => {
    const all = [
      override(1),
      override(2, { region: target.region }),
      override(3, { account: target.account }),
      override(4, { account: target.account, region: target.region }),
      override(5, { account: accountId("444455556666"), region: target.region }),
    ];
    const limits = [4, 3, 2, 1].map((size) => limitOf(definition, target, all.slice(0, size), []).limit);
    expect(limits).toEqual([4, 3, 2, 1]);
  });
});
