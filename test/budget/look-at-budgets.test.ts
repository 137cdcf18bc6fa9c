import { expect, it } from "vitest";
import { HistoryError } from "../../adapters/history/history-error.ts";
import { checkSpend } from "../../core/jobs/check-spend/check-spend.ts";
import { lookAtBudgets } from "../../core/jobs/check-spend/look-at-budgets.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { budget } from "./budget-fixture.ts";
import { inputOf, lookAt, seen, spent, target, type World, worldOf } from "./check-spend-fixture.ts";

const signal = new AbortController().signal;
const budgets = [budget(), budget({ id: "teams", by: "team", window: "month" })];
const look = async ({ ports }: World, own = budgets) => {
  const { standings, problems } = await lookAtBudgets(ports, lookAt, inputOf({ budgets: own }), signal);
  expect(problems).toEqual([]);
  return standings.map(({ budget: { id }, value, spend, reachedPct, toldPct }) => [
    id,
    value,
    spend === null ? null : formatUsd(spend.low, 2),
    spend === null || spend.high === null ? null : formatUsd(spend.high, 2),
    reachedPct,
    toldPct,
  ]);
};

it("says where each budget stands for each of its values, and what is spent at most beside what is spent at least", async () => {
  const closed = [spent("a", { 0: 60 }, { name: "data-1" }), spent("b", { 0: 21 }, { name: "web-1" })];
  const world = await worldOf({ closed });
  expect(await look(world)).toEqual([
    ["b", null, "81.00", "81.00", 80, 0],
    ["teams", "data", "60.00", "60.00", 50, 0],
    ["teams", "web", "21.00", "21.00", 0, 0],
  ]);
  const bounded = await worldOf({ closed, seen: [seen("c", { name: "web-2" })], health: "partial" });
  const [all] = await look(bounded);
  // Sessions may be missing: nobody knows how much it is at most.
  expect(all?.[3]).toBeNull();
});

it("does not take what nobody has read for all: of no target, or of one that the last pass could not read", async () => {
  const world = await worldOf({ closed: [spent("a", { 0: 60 })] });
  for (const given of [{ targets: [] }, { unread: [target] }]) {
    const { standings } = await lookAtBudgets(world.ports, lookAt, { ...inputOf(), ...given }, signal);
    expect(standings).toMatchObject([{ spend: { high: null }, reachedPct: 50 }]);
  }
});

it("tells nobody and remembers nothing: the next look tells as it would have, and what was told is shown", async () => {
  const world = await worldOf({ closed: [spent("a", { 0: 60 })] });
  expect((await look(world, [budget()]))[0]).toEqual(["b", null, "60.00", "60.00", 50, 0]);
  expect(await world.ports.documents.read("budgets")).toBeNull();
  expect(world.sent).toEqual([]);
  await checkSpend(world.ports)(lookAt, inputOf(), signal);
  expect(world.sent).toHaveLength(1);
  expect((await look(world, [budget()]))[0]).toEqual(["b", null, "60.00", "60.00", 50, 50]);
});

it("says that what was spent is unknown where it cannot be read, and not that it is nothing", async () => {
  const world = await worldOf({ closed: [spent("a", { 0: 60 })] });
  const history: World["ports"]["history"] = {
    columns: () => {
      throw new HistoryError("denied", "history is not there");
    },
  };
  const { standings, problems } = await lookAtBudgets({ ...world.ports, history }, lookAt, inputOf(), signal);
  expect(standings).toMatchObject([{ spend: null, reachedPct: null, toldPct: 0 }]);
  expect(problems).toHaveLength(1);
});
