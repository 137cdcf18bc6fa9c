import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlertTransition, advanceAlert, type QuotaAlert } from "../../core/quota/alert.ts";
import { observationOf } from "../../core/quota/alert-observation.ts";
import { defaultAlertRule } from "../../core/quota/alert-rule.ts";
import type { QuotaUse } from "../../core/quota/use.ts";
import { minutes, sessionQuota, start, use } from "./quota-fixtures.ts";

const rule = defaultAlertRule;

/** Takes a series of uses, a minute apart, into one alert. */
function run(series: readonly QuotaUse[]): {
  readonly alert: QuotaAlert | null;
  readonly transitions: readonly (AlertTransition & { readonly pass: number })[];
} {
  let alert: QuotaAlert | null = null;
  const transitions: (AlertTransition & { readonly pass: number })[] = [];
  for (const [index, seen] of series.entries()) {
    const observation = observationOf(minutes(index), seen, rule);
    if (observation === null) continue;
    const next = advanceAlert(sessionQuota.code, alert, observation, rule);
    alert = next.alert;
    if (next.transition !== null) transitions.push({ ...next.transition, pass: index });
  }
  return { alert, transitions };
}
const levelAfter = (series: readonly QuotaUse[]): string => run(series).alert?.level ?? "none";
const times = (count: number, seen: QuotaUse): readonly QuotaUse[] => Array.from({ length: count }, () => seen);

describe("what one pass saw of a quota", () => {
  it.each([
    // 80 % and 90 % of a quota of 1000 open; 70 % and 80 % still hold. "50 left" and "20 left" come later here.
    [1000, 699, "ok", "ok"],
    [1000, 700, "ok", "warning"],
    [1000, 701, "ok", "warning"],
    [1000, 799, "ok", "warning"],
    [1000, 800, "warning", "critical"],
    [1000, 801, "warning", "critical"],
    [1000, 899, "warning", "critical"],
    [1000, 900, "critical", "critical"],
    [1000, 1000, "critical", "critical"],
    // 50 left of 200 is 75 %, 20 left are 90 %; both close a tenth of the limit later.
    [200, 129, "ok", "ok"],
    [200, 130, "ok", "warning"],
    [200, 149, "ok", "warning"],
    [200, 150, "warning", "warning"],
    [200, 159, "warning", "warning"],
    [200, 160, "warning", "critical"],
    [200, 179, "warning", "critical"],
    [200, 180, "critical", "critical"],
    // "So many left" does not count below half of a small quota, nor hold below 40 % of it.
    [30, 11, "ok", "ok"],
    [30, 12, "ok", "critical"],
    [30, 14, "ok", "critical"],
    [30, 15, "critical", "critical"],
  ])("of %i, %i in use open %s and hold %s", (limit, used, opens, holds) => {
    expect(observationOf(start, use(limit, used), rule)).toEqual({ at: start, opens, holds });
  });

  it.each([
    ["a limit that is not known", use(null, 10)],
    ["a use that is not known", use(1000, null, 10)],
    ["a quota that is not enabled", use(0, 0)],
    ["a quota that is not enabled, with sessions", use(0, 5)],
  ])("is nothing for %s", (_what, seen) => {
    expect(observationOf(start, seen, rule)).toBeNull();
  });

  it("is the pressure that an incomplete count proves, and holds every level", () => {
    expect(observationOf(start, use(1000, null, 850), rule)).toEqual({
      at: start,
      opens: "warning",
      holds: "critical",
    });
  });
});

describe("an alert", () => {
  const calm = use(1000, 100);
  const warm = use(1000, 850);
  const hot = use(1000, 950);
  const full = use(1000, 1000);
  const unknown = use(1000, null, 0);

  it.each([
    ["is ok at first", [calm], "ok"],
    ["waits for a second observation", [warm], "ok"],
    ["opens at two in a row", [warm, warm], "warning"],
    ["opens at two of three", [warm, calm, warm], "warning"],
    ["does not open at two of four", [warm, calm, calm, warm], "ok"],
    ["opens at critical at once where both were", [hot, hot], "critical"],
    ["opens at the level that both reached", [hot, warm], "warning"],
    ["rises", [warm, warm, hot, hot], "critical"],
    ["counts an exhausted quota as critical", [full, full], "critical"],
    ["stays at one calm observation", [warm, warm, calm], "warning"],
    ["closes at two calm ones in a row", [warm, warm, calm, calm], "ok"],
    ["falls to the level that still holds", [hot, hot, use(1000, 750), use(1000, 750)], "warning"],
    ["is held by use within ten points of its threshold", [warm, warm, use(1000, 701), use(1000, 701)], "warning"],
    ["is not closed by missing data", [warm, warm, unknown, unknown, unknown, unknown], "warning"],
    ["is not opened by missing data", [warm, unknown, unknown, unknown], "ok"],
    ["opens over a gap of missing data", [warm, unknown, unknown, warm], "warning"],
    ["is not closed by a limit that became 0", [warm, warm, use(0, 850), use(0, 0), use(0, 0)], "warning"],
    ["is not closed by a low incomplete count", [hot, hot, use(1000, null, 850), use(1000, null, 850)], "critical"],
  ])("%s", (_what, series, level) => {
    expect(levelAfter(series)).toBe(level);
  });

  it("says each change once, with both levels", () => {
    const { transitions } = run([...times(3, warm), ...times(3, hot), ...times(3, warm), ...times(3, calm)]);
    expect(transitions).toEqual([
      { from: "ok", to: "warning", pass: 1 },
      { from: "warning", to: "critical", pass: 4 },
      { from: "critical", to: "ok", pass: 10 },
    ]);
  });

  it("knows since when it is at its level", () => {
    expect(run([calm, warm, warm, warm]).alert).toMatchObject({ level: "warning", since: minutes(2) });
  });

  it("gives one opening and one closing to a series that flaps over both thresholds", () => {
    const flapping = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? warm : calm));
    const { transitions } = run([...flapping, ...times(5, calm)]);
    expect(transitions.map(({ from, to }) => `${from}-${to}`)).toEqual(["ok-warning", "warning-ok"]);
  });

  it("takes a pass that is repeated as one observation", () => {
    const seen = observationOf(start, warm, rule);
    if (seen === null) throw new Error("no observation");
    const once = advanceAlert(sessionQuota.code, null, seen, rule);
    const twice = advanceAlert(sessionQuota.code, once.alert, seen, rule);
    expect(twice).toEqual({ alert: once.alert, transition: null });
  });

  it("is left alone by a pass that was due before the last one", () => {
    const { alert } = run([calm, warm, warm]);
    const late = observationOf(minutes(0.5), calm, rule);
    if (alert === null || late === null) throw new Error("no observation");
    expect(advanceAlert(sessionQuota.code, alert, late, rule)).toEqual({ alert, transition: null });
  });
});

describe("laws of alerts", () => {
  const anyUse = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 1100 }).map((used) => use(1000, used)) },
    { weight: 1, arbitrary: fc.constant(use(1000, null, 0)) },
    { weight: 1, arbitrary: fc.constant(use(0, 3)) },
  );
  const rank = { ok: 0, warning: 1, critical: 2 } as const;

  it("every change leads from the level before to another one", () => {
    fc.assert(
      fc.property(fc.array(anyUse, { maxLength: 60 }), (series) => {
        let level = "ok";
        for (const { from, to } of run(series).transitions) {
          expect(from).toBe(level);
          expect(to).not.toBe(from);
          level = to;
        }
        expect(levelAfter(series)).toBe(
          series.every((seen) => observationOf(start, seen, rule) === null) ? "none" : level,
        );
      }),
    );
  });

  it("no level opens without two observations of it in three, nor falls without two in a row below it", () => {
    fc.assert(
      fc.property(fc.array(anyUse, { maxLength: 60 }), (series) => {
        const seen = series.map((it, index) => observationOf(minutes(index), it, rule));
        for (const { from, to, pass } of run(series).transitions) {
          const until = seen.slice(0, pass + 1).filter((it) => it !== null);
          const reached = until.slice(-3).filter((it) => rank[it.opens] >= rank[to]).length;
          const below = until.slice(-2).every((it) => rank[it.holds] < rank[from]);
          expect(rank[to] > rank[from] ? reached >= 2 : below && until.length >= 2).toBe(true);
        }
      }),
    );
  });

  it("what is not seen changes nothing", () => {
    fc.assert(
      fc.property(
        fc.array(anyUse, { maxLength: 40 }),
        fc.array(fc.nat({ max: 40 }), { maxLength: 10 }),
        (series, gaps) => {
          const unseen = use(1000, null, 0);
          const holed = gaps.reduce<readonly QuotaUse[]>((all, at) => all.toSpliced(at, 0, unseen), series);
          const changes = (all: readonly QuotaUse[]) => run(all).transitions.map(({ from, to }) => [from, to]);
          expect(changes(holed)).toEqual(changes(series));
        },
      ),
    );
  });

  it("use that stays within ten points of a threshold changes the level once at most", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 701, max: 899 }), { minLength: 1, maxLength: 60 }), (series) => {
        expect(run(series.map((used) => use(1000, used))).transitions.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
