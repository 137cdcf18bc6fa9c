import { describe, expect, it } from "vitest";
import { eventText } from "../../cli/watch/event-text.ts";
import { pressureEvent } from "../../core/jobs/observe/events.ts";
import { virginia } from "./monitor-fixture.ts";
import { start, use } from "./quota-fixtures.ts";

const event = (detailType: string, detail: Readonly<Record<string, unknown>>) =>
  eventText({ id: "x", at: start, detailType, detail });

const quota = { region: "eu-west-1", quota: { code: "L-CAF6F552", name: "Concurrent sessions" }, limit: 60 };

describe("a change of the pressure on a quota, in a line", () => {
  it.each([
    [
      { from: "ok", to: "critical", used: 44, utilizationPct: 73.333 },
      "ok → critical, Concurrent sessions: 44 of 60 (73.3 %, 16 left)",
    ],
    [
      { from: "critical", to: "warning", used: 0, utilizationPct: 0 },
      "critical → warning (closing), Concurrent sessions: 0 of 60 (0.0 %, 60 left)",
    ],
    [
      { from: "warning", to: "ok", used: 61, utilizationPct: 101.66 },
      "warning → ok, Concurrent sessions: 61 of 60 (101.7 %, 0 left)",
    ],
    [
      { from: "ok", to: "warning", used: null, usedAtLeast: 50, utilizationPct: null },
      "ok → warning, Concurrent sessions: at least 50 of 60",
    ],
  ])("of %j says why", (change, said) => {
    expect(event("Quota Pressure Changed", { ...quota, ...change })).toBe(`eu-west-1  Quota Pressure Changed: ${said}`);
  });
});

describe("a change of a budget's level, in a line", () => {
  const budget = { budget: "all-month", by: null, value: null, limitUsd: "250.000000000000", reason: "spend" };
  it.each([
    [
      { from: 0, to: 50, lowUsd: "125.014553662189", highUsd: "125.014553662189" },
      "all-month  Budget Level Changed: 0 → 50 % of $250.00, spent $125.0146",
    ],
    [
      { from: 50, to: 80, lowUsd: "200.000000000001", highUsd: null, by: "team", value: "data\u001b" },
      "all-month (team data\\e)  Budget Level Changed: 50 → 80 % of $250.00, spent at least $200.0000",
    ],
    [
      { from: 0, to: 50, limitUsd: "0.000500000000", lowUsd: "0.000250000000", highUsd: "0.1" },
      "all-month  Budget Level Changed: 0 → 50 % of $0.0005, spent at least $0.0002",
    ],
    [
      { from: 80, to: 0, lowUsd: null, highUsd: null, reason: "window-ended" },
      "all-month  Budget Level Changed: 80 → 0 % of $250.00, whose window is over",
    ],
  ])("of %j has amounts that people can read", (change, said) => {
    expect(event("Budget Level Changed", { ...budget, ...change })).toBe(said);
  });
});

it.each([
  ["ok", "critical", 60, /^Stop sessions that nobody uses/],
  ["warning", "critical", 60, /^Stop sessions that nobody uses/],
  ["ok", "warning", 48, /^Stop sessions that nobody uses/],
  ["critical", "warning", 0, /^Nothing new: the pressure is less than it was\.$/],
  ["warning", "ok", 0, /^Nothing: the pressure is over\.$/],
] as const)("a level that goes from %s to %s at %i of 60 asks for what there is to do", (from, to, used, action) => {
  const { detail } = pressureEvent(start, virginia, use(60, used), { from, to });
  expect(detail["action"]).toMatch(action);
});
