import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { importPrices, type ListPrice } from "../../core/billing/price-import.ts";
import { layerPrices } from "../../core/billing/price-layers.ts";
import type { PriceRow } from "../../core/billing/price-row.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant, isoOf } from "../../core/kernel/instant.ts";

const price = (meter: ListPrice["meter"], date: string, usd: string, name = "us-east-1"): ListPrice => ({
  region: region(name),
  meter,
  startsAt: instantOfIso(date) ?? instant(0),
  usd,
});
const both = (date: string, vcpu: string, memory: string, name?: string) => [
  price("vcpu", date, vcpu, name),
  price("memory", date, memory, name),
];
const imported = (
  list: readonly ListPrice[],
  rule: "2025-10" | "2026-09" | null = null,
  known = codeInterpreterPrices,
) => importPrices(list, known, rule, "test");
const brief = (list: readonly ListPrice[], rule: "2025-10" | "2026-09" | null = null) => {
  const { rows, problems } = imported(list, rule);
  return [
    ...rows.map(({ row, change, ruleFrom }) =>
      [isoOf(row.startsAt).slice(0, 10), row.usdPerVcpuHour, row.usdPerGbHour, row.rule, ruleFrom, change].join(" "),
    ),
    ...problems,
  ];
};

describe("a price list set against the known prices", () => {
  it.each<[string, readonly ListPrice[], readonly (string | RegExp)[]]>([
    [
      "the rates in force, however many zeros are written",
      both("2026-11-01", "0.0895000000", "0.0094500000"),
      ["2026-11-01 0.0895 0.00945 2026-09 row-before unchanged"],
    ],
    [
      "other rates from a day on",
      both("2026-12-01", "0.1276", "0.0169"),
      ["2026-12-01 0.1276 0.0169 2026-09 row-before added"],
    ],
    [
      "other rates from the start of a known row on",
      both("2025-10-07", "0.09", "0.01"),
      ["2025-10-07 0.09 0.01 2026-09 row-before replaced"],
    ],
    [
      "two meters that changed on different days: at the second both are known",
      [
        price("vcpu", "2026-12-01", "0.1"),
        price("memory", "2026-11-01", "0.00945"),
        price("vcpu", "2026-11-01", "0.0895"),
      ],
      ["2026-11-01 0.0895 0.00945 2026-09 row-before unchanged", "2026-12-01 0.1 0.00945 2026-09 row-before added"],
    ],
    [
      "only one of the two meters",
      [price("memory", "2026-11-01", "0.01")],
      [/us-east-1: the list has a price of memory from 2026-11-01.* and none of vCPU/],
    ],
    [
      "two prices of one meter from one instant on",
      [...both("2026-11-01", "0.1", "0.01"), price("vcpu", "2026-11-01", "0.2")],
      [/us-east-1: two different prices of one meter start at 2026-11-01/],
    ],
    [
      "the same price twice, which is one",
      [...both("2026-11-01", "0.0895", "0.00945"), price("vcpu", "2026-11-01", "0.08950")],
      ["2026-11-01 0.0895 0.00945 2026-09 row-before unchanged"],
    ],
    [
      "a Region without a row before: no rule is guessed",
      both("2026-11-01", "0.1", "0.01", "eu-south-1"),
      [/eu-south-1: no row before 2026-11-01.* says which memory rule holds: name it with --rule/],
    ],
    [
      "a second row that follows a first one that is new too",
      [...both("2026-11-01", "0.1", "0.01"), ...both("2026-12-01", "0.1", "0.01")],
      ["2026-11-01 0.1 0.01 2026-09 row-before added", "2026-12-01 0.1 0.01 2026-09 row-before unchanged"],
    ],
  ])("%s", (_, list, expected) => {
    expect(brief(list)).toEqual(expected.map((it) => (typeof it === "string" ? it : expect.stringMatching(it))));
  });

  it("takes the rule that is asked for, and then the same rates are a new row", () => {
    expect(brief(both("2026-11-01", "0.0895", "0.00945"), "2025-10")).toEqual([
      "2026-11-01 0.0895 0.00945 2025-10 asked added",
    ]);
    expect(brief(both("2026-11-01", "0.1", "0.01", "eu-south-1"), "2026-09")).toEqual([
      "2026-11-01 0.1 0.01 2026-09 asked added",
    ]);
  });

  it("says where it would change what was charged, because a later row is known", () => {
    const { rows } = imported(both("2025-10-01", "0.0895", "0.00945"));
    expect(rows.map(({ overtakenAt, before }) => [isoOf(overtakenAt ?? instant(0)), before?.usdPerVcpuHour])).toEqual([
      ["2025-10-07T00:00:00.000Z", "0"],
    ]);
    expect(imported(both("2026-12-01", "1", "1")).rows[0]?.overtakenAt).toBeNull();
  });

  it("takes the rule of a row for every Region, and adds a row of the Region's own", () => {
    const star: PriceRow = {
      region: region("*"),
      startsAt: instant(0),
      usdPerVcpuHour: "0.1",
      usdPerGbHour: "0.01",
      rule: "2025-10",
    };
    const list = [
      ...both("2026-11-01", "0.2", "0.02", "eu-south-1"),
      ...both("2026-12-01", "0.3", "0.03", "eu-south-1"),
    ];
    expect(imported(list, null, [star]).rows.map(({ row, change }) => [row.region, row.rule, change])).toEqual([
      ["eu-south-1", "2025-10", "added"],
      ["eu-south-1", "2025-10", "added"],
    ]);
  });
});

describe("an import", () => {
  const anyPrice = fc.record({
    name: fc.constantFrom("us-east-1", "eu-west-1", "eu-south-1"),
    meter: fc.constantFrom("vcpu", "memory"),
    date: fc.constantFrom("2025-10-01", "2025-10-07", "2026-11-01", "2026-12-01"),
    usd: fc.constantFrom("0.0895", "0.1", "0"),
  });
  const lists = fc
    .array(anyPrice, { maxLength: 20 })
    .map((list) => list.map(({ name, meter, date, usd }) => price(meter, date, usd, name)));
  const rules = fc.constantFrom(null, "2025-10" as const);

  it("gives the same whatever the order of the list", () => {
    const shuffled = lists.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, rules, ([a, b], rule) => {
        expect(imported(b, rule)).toEqual(imported(a, rule));
      }),
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(lists, rules, (list, rule) => {
        const first = imported(list, rule);
        const changed = first.rows.filter((row) => row.change !== "unchanged").map((row) => row.row);
        const known = layerPrices([
          { origin: "", rows: codeInterpreterPrices },
          { origin: "", rows: changed },
        ]);
        const again = imported(list, rule, known);
        expect(again.rows.map((row) => row.change)).toEqual(first.rows.map(() => "unchanged"));
        expect(again.problems).toEqual(first.problems);
      }),
    );
  });
});
