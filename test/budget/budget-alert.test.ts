import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Budget } from "../../core/budget/budget.ts";
import {
  advanceBudgetAlert,
  type BudgetAlert,
  type BudgetTransition,
  observationOf,
} from "../../core/budget/budget-alert.ts";
import { windowAt } from "../../core/budget/budget-window.ts";
import { levelHeld, levelReached, type Spend, usedPct } from "../../core/budget/spend.ts";
import { type Instant, instant, isoOf } from "../../core/kernel/instant.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import { budget, minutes, noon } from "./budget-fixture.ts";

const spend = (low: string, high: string | null = low): Spend => ({
  known: parseUsd(low),
  low: parseUsd(low),
  high: high === null ? null : parseUsd(high),
  sessions: 1,
  unknownSessions: 0,
});

/** Runs looks a minute apart, or at the given minutes; null is a look that did not happen. */
function run(
  looks: readonly (Spend | readonly [at: Instant, spend: Spend] | null)[],
  of: Budget = budget(),
): { readonly alert: BudgetAlert | null; readonly transitions: readonly BudgetTransition[] } {
  let alert: BudgetAlert | null = null;
  const transitions: BudgetTransition[] = [];
  for (const [index, look] of looks.entries()) {
    if (look === null) continue;
    const [at, seen] = "low" in look ? [minutes(index), look] : look;
    const next = advanceBudgetAlert(of, alert, observationOf(at, windowAt(of.window, at), seen, of));
    alert = next.alert;
    transitions.push(...next.transitions);
  }
  return { alert, transitions };
}
const steps = (...args: Parameters<typeof run>) =>
  run(...args).transitions.map(({ from, to, reason }) => `${from}-${to} ${reason}`);

describe("a threshold", () => {
  it.each([
    ["49.999999999999", 0, 50],
    ["50", 50, 50],
    ["50.000000000001", 50, 50],
    ["79.999999999999", 50, 80],
    ["80", 80, 80],
    ["99.999999999999", 80, 100],
    ["100", 100, 100],
    ["1000000", 100, 100],
    ["45", 0, 50],
    ["44.999999999999", 0, 0],
    ["0", 0, 0],
  ])("at %s of 100 spent: %i is reached, %i is held", (spent, reached, held) => {
    expect(levelReached(parseUsd(spent), budget())).toBe(reached);
    expect(levelHeld(parseUsd(spent), budget())).toBe(held);
  });

  it("is exact for limits whose percentages are no decimals of a float", () => {
    const odd = budget({ limit: parseUsd("0.07"), thresholdsPct: [70] });
    expect([parseUsd("0.048999999999"), parseUsd("0.049")].map((it) => levelReached(it, odd))).toEqual([0, 70]);
    expect(usedPct(parseUsd("0.049"), odd.limit)).toBe(70);
  });
});

describe("windows", () => {
  it.each([
    ["day", "2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z"],
    ["week", "2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z"],
    ["month", "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"],
    [{ hours: 24 }, "2026-11-19T12:00:00.000Z", "2026-11-20T12:00:00.000Z"],
    [{ hours: 1 }, "2026-11-20T11:00:00.000Z", "2026-11-20T12:00:00.000Z"],
  ] as const)("of %j are half-open, in UTC", (window, from, until) => {
    const span = windowAt(window, noon);
    expect([isoOf(span.from), isoOf(span.until)]).toEqual([from, until]);
  });
});

describe("a window of rolling hours", () => {
  it.each([
    [-1, "2026-11-20T10:00:00.000Z"],
    [0, "2026-11-20T10:00:00.000Z"],
    [1, "2026-11-20T11:00:00.000Z"],
  ])("begins with the first hour that is wholly in it, %i ms beside the hour", (ms, from) =>
    expect(isoOf(windowAt({ hours: 2 }, instant(noon + ms)).from)).toBe(from),
  );
});

describe("an alert", () => {
  it.each<[string, Parameters<typeof run>[0], readonly string[]]>([
    ["opens at the first look that proves it", [spend("10"), spend("80")], ["0-80 spend"]],
    [
      "rises threshold by threshold",
      [spend("50"), spend("80"), spend("100")],
      ["0-50 spend", "50-80 spend", "80-100 spend"],
    ],
    ["does not open for what may have been spent", [spend("10", "500")], []],
    ["does not open for spend without an upper bound", [spend("10", null)], []],
    ["opens for what is certain, whatever the rest is", [spend("80", null)], ["0-80 spend"]],
    ["is left after two looks in a row", [spend("80"), spend("60"), spend("60")], ["0-80 spend", "80-50 spend"]],
    ["is held at one look below", [spend("80"), spend("60"), spend("80"), spend("60")], ["0-80 spend"]],
    ["is held 10 % below its threshold", [spend("80"), spend("72"), spend("72")], ["0-80 spend"]],
    ["is left just below that", [spend("80"), spend("71.99"), spend("71.99")], ["0-80 spend", "80-50 spend"]],
    ["is held where spend may still be that high", [spend("80"), spend("1", "72"), spend("1", "72")], ["0-80 spend"]],
    ["is held where spend has no upper bound", [spend("80"), spend("1", null), spend("1", null)], ["0-80 spend"]],
    ["is held where looks did not happen", [spend("80"), null, null, null], ["0-80 spend"]],
    [
      "is not resolved by one look before and one after a gap that saw nothing",
      [spend("80"), spend("1"), null, spend("80")],
      ["0-80 spend"],
    ],
  ])("%s", (_, looks, expected) => expect(steps(looks)).toEqual(expected));

  it("takes a look that is repeated for one, and one that comes late for none", () => {
    expect(
      steps([
        [minutes(0), spend("80")],
        [minutes(1), spend("1")],
        [minutes(1), spend("1")],
      ]),
    ).toEqual(["0-80 spend"]);
    expect(
      steps([
        [minutes(5), spend("1")],
        [minutes(4), spend("80")],
      ]),
    ).toEqual([]);
  });

  it("ends with its window, and the next begins anew", () => {
    const tomorrow = minutes(12 * 60);
    expect(steps([spend("80"), [tomorrow, spend("0")]])).toEqual(["0-80 spend", "80-0 window-ended"]);
    expect(steps([spend("80"), [tomorrow, spend("60")]])).toEqual(["0-80 spend", "80-0 window-ended", "0-50 spend"]);
    expect(steps([spend("80"), [minutes(12 * 60 - 1), spend("80")]])).toEqual(["0-80 spend"]);
    expect(steps([spend("80"), [tomorrow, spend("0", null)]])).toEqual(["0-80 spend", "80-0 window-ended"]);
    const [, ended] = run([spend("80"), [tomorrow, spend("0")]]).transitions;
    expect(ended?.window).toEqual(windowAt("day", noon));
  });

  it("of rolling hours ends by spend alone", () => {
    const rolling = budget({ window: { hours: 1 } });
    expect(steps([spend("80"), [minutes(600), spend("1")]], rolling)).toEqual(["0-80 spend"]);
    expect(steps([spend("80"), [minutes(600), spend("1")], [minutes(601), spend("1")]], rolling)).toEqual([
      "0-80 spend",
      "80-0 spend",
    ]);
  });
});

describe("whatever is spent and seen", () => {
  const rolling = budget({ window: { hours: 24 } });
  const amount = fc.integer({ min: 0, max: 130 });
  const anyLook = fc.option(
    fc.tuple(amount, fc.option(amount)).map(([low, more]) => spend(`${low}`, more === null ? null : `${low + more}`)),
    { freq: 4 },
  );

  it("transitions follow one another, and each changes the level", () => {
    fc.assert(
      fc.property(fc.array(anyLook, { maxLength: 40 }), fc.boolean(), (looks, isRolling) => {
        const { alert, transitions } = run(looks, isRolling ? rolling : budget());
        let level = 0;
        for (const { from, to } of transitions) {
          expect(from).toBe(level);
          expect(to).not.toBe(from);
          expect([0, 50, 80, 100]).toContain(to);
          level = to;
        }
        expect(alert?.level ?? 0).toBe(level);
      }),
    );
  });

  it("the level is never below what the last look proves, nor above what was ever proven", () => {
    fc.assert(
      fc.property(fc.array(anyLook, { maxLength: 40 }), (looks) => {
        const seen = looks.filter((look) => look !== null);
        const level = run(looks, rolling).alert?.level ?? 0;
        const proven = seen.map((look) => levelReached(look.low, rolling));
        expect(level).toBeGreaterThanOrEqual(proven.at(-1) ?? 0);
        expect(level).toBeLessThanOrEqual(Math.max(0, ...proven));
      }),
    );
  });

  it("without an upper bound nothing is ever resolved", () => {
    const blind = fc.array(
      amount.map((low) => spend(`${low}`, null)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(blind, (looks) => {
        expect(run(looks, rolling).transitions.filter(({ from, to }) => to < from)).toEqual([]);
      }),
    );
  });

  it("spend that flaps over a threshold is one open, and one resolve when it has calmed down", () => {
    const flaps = fc.array(fc.constantFrom(["80"], ["1", "80"], ["80", "1", "80"], ["75"]), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(flaps, (parts) => {
        const series = ["80", ...parts.flat(), "1", "1", "1"].map((low) => spend(low));
        expect(steps(series, budget({ window: { hours: 24 }, thresholdsPct: [80] }))).toEqual([
          "0-80 spend",
          "80-0 spend",
        ]);
      }),
    );
  });
});
