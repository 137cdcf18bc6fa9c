import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { budgetsOf } from "../../adapters/config/budgets-of.ts";
import { type BudgetState, checkBudgets, type SpendIn } from "../../core/budget/check-budgets.ts";
import { spendByValue } from "../../core/budget/spend-by-value.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { budget, minutes, noon, session } from "./budget-fixture.ts";

const schema = publishedSchema("../events/budget-level-changed.schema.json");
const sections = [
  ...readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8").matchAll(/^## (.+)$/gm),
].map(([, title]) => (title ?? "").toLowerCase().replaceAll(" ", "-"));
const read =
  (...sessions: readonly ReturnType<typeof session>[]): SpendIn =>
  () => ({ parts: sessions, complete: true });

describe("spend of a budget", () => {
  const figures = (sessions: readonly ReturnType<typeof session>[], complete = true) => {
    const found = spendByValue(budget(), sessions, complete, []).get(null);
    const text = (amount: NonNullable<typeof found>["high"] | undefined): string | null =>
      amount === null || amount === undefined ? null : formatUsd(amount, 2);
    return [text(found?.known), text(found?.low), text(found?.high), found?.sessions, found?.unknownSessions];
  };
  it.each([
    ["of nothing, read in full, is zero", [], true, ["0.00", "0.00", "0.00", 0, 0]],
    ["of nothing, not read in full, has no upper bound", [], false, ["0.00", "0.00", null, 0, 0]],
    ["adds figures exactly", [session("0.1"), session("0.2")], true, ["0.30", "0.30", "0.30", 2, 0]],
    ["keeps what is bounded a range", [session("1"), session(["2", "5"])], true, ["1.00", "3.00", "6.00", 2, 1]],
    [
      "has no upper bound where a session has no price",
      [session("1"), session([null, null])],
      true,
      ["1.00", "1.00", null, 2, 1],
    ],
  ])("%s", (_, sessions, complete, expected) => expect(figures(sessions, complete)).toEqual(expected));

  it("is kept for one value, for each, or for all", () => {
    const sessions = [session("1", "data"), session("2", "ml"), session("4", "unattributed")];
    const shares = (changes: Parameters<typeof budget>[0], also: readonly string[] = []) =>
      [...spendByValue(budget(changes), sessions, true, also)].map(
        ([value, { low }]) => `${value} ${formatUsd(low, 0)}`,
      );
    expect(shares({})).toEqual(["null 7"]);
    expect(shares({ by: "team" })).toEqual(["data 1", "ml 2", "unattributed 4"]);
    expect(shares({ by: "team" }, ["gone"])).toEqual(["data 1", "ml 2", "unattributed 4", "gone 0"]);
    expect(shares({ by: "team", value: "ml" })).toEqual(["ml 2"]);
    expect(shares({ by: "team", value: "nobody" })).toEqual(["nobody 0"]);
    expect(shares({ by: "account" })).toEqual(["111122223333 7"]);
  });
});

describe("a look at the budgets", () => {
  it("sends events that keep their schema and name a section of the runbook, up and down", () => {
    const each = budget({ by: "team", window: { hours: 24 } });
    const open = checkBudgets(noon, [each], [], read(session("90", 'a/b "x"'), session(["1", "2"], 'a/b "x"')));
    const low = checkBudgets(minutes(1), [each], open.states, read());
    const closed = checkBudgets(minutes(2), [each], low.states, read());
    const day = budget({ id: "day" });
    const first = checkBudgets(noon, [day], [], read(session("100")));
    const ended = checkBudgets(minutes(24 * 60), [day], first.states, read());
    const events = [open, low, closed, first, ended].flatMap((check) => check.events);
    expect(
      events.map(({ detail }) => [detail["from"], detail["to"], detail["reason"], violations(schema, detail)]),
    ).toEqual([
      [0, 80, "spend", []],
      [80, 0, "spend", []],
      [0, 100, "spend", []],
      [100, 0, "window-ended", []],
    ]);
    for (const { detail } of events) expect(sections).toContain(String(detail["runbook"]).split("#")[1]);
    expect(events[0]?.detail).toMatchObject({
      value: 'a/b "x"',
      knownUsd: "90.000000000000",
      lowUsd: "91.000000000000",
      highUsd: "92.000000000000",
      usedAtLeastPct: 91,
      unknownSessions: 1,
    });
    expect(events[3]?.detail).toMatchObject({ knownUsd: null, window: { from: "2026-11-20T00:00:00.000Z" } });
  });

  it("gives the same event the same id when it is run again, and any two events two ids", () => {
    const budgets = [budget({ by: "team" }), budget({ id: "c" }), budget({ id: "d", by: "team" })];
    const look = () =>
      checkBudgets(noon, budgets, [], read(session("90", "all"), session("90", "x/y"), session("90", "x%2Fy")));
    const ids = look().events.map((event) => event.id);
    expect(look()).toEqual(look());
    expect(new Set(ids).size).toBe(7);
    expect(new Set(ids.map((id) => id.split("/").length))).toEqual(new Set([6]));
    expect(look().events.every((event) => event.detail["id"] === event.id)).toBe(true);
    expect(ids[0]).toBe("budget/b/=all/2026-11-20T00:00:00.000Z/0-80/2026-11-20T12:00:00.000Z");
  });

  it("sends nothing the second time", () => {
    const first = checkBudgets(noon, [budget()], [], read(session("90")));
    expect(checkBudgets(noon, [budget()], first.states, read(session("90")))).toMatchObject({
      events: [],
      states: first.states,
    });
    expect(checkBudgets(minutes(1), [budget()], first.states, read(session("95"))).events).toEqual([]);
  });

  it("leaves a budget as it was where its window cannot be read, and looks at the others", () => {
    const budgets = [budget(), budget({ id: "m", window: "month" })];
    const before = checkBudgets(noon, budgets, [], read(session("90"))).states;
    const after = checkBudgets(minutes(24 * 60), budgets, before, ({ from }) =>
      from === Date.parse("2026-11-01T00:00:00Z") ? { parts: [session("100")], complete: true } : null,
    );
    expect(after.states.map((state) => [state.budget, state.alert.level])).toEqual([
      ["b", 80],
      ["m", 100],
    ]);
    expect(after.events.map((event) => event.detail["budget"])).toEqual(["m"]);
  });

  it("forgets values that are quiet, and budgets that are configured no more", () => {
    const each = budget({ by: "team", window: { hours: 24 } });
    let states: readonly BudgetState[] = checkBudgets(noon, [each], [], read(session("90"))).states;
    expect(states).toHaveLength(1);
    for (const minute of [1, 2]) states = checkBudgets(minutes(minute), [each], states, read()).states;
    expect(states).toEqual([]);
    const other = checkBudgets(noon, [budget({ id: "z" })], [], read(session("1"))).states;
    expect(checkBudgets(noon, [], other, read()).states).toEqual([]);
  });

  it("goes by what is written in the configuration, and by the defaults", () => {
    const [day, own] = budgetsOf([
      { id: "a", window: "day", usd: "10" },
      { id: "b", by: "team", value: "x", window: "24h", usd: "0.5", thresholds: [100, 25], closePct: 0 },
    ]);
    expect(day).toMatchObject({ by: null, value: null, thresholdsPct: [50, 80, 100], closePct: 10 });
    expect(own).toMatchObject({ window: { hours: 24 }, thresholdsPct: [25, 100], closePct: 0 });
  });
});
