import { describe, expect, it } from "vitest";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { decide } from "../../core/cleanup/decision/decide.ts";
import { type DecidedSession, type LeaksInput, leaksOf } from "../../core/cleanup/leaks.ts";
import type { UsdBounds } from "../../core/cleanup/savings/savings-rate.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { formatUsd, parseUsd } from "../../core/kernel/money.ts";
import { settings, span } from "../cleanup/decided.ts";
import { type FactsChanges, facts, minute, unknown } from "../cleanup/facts.ts";

const now = minute(120);
const input: LeaksInput = {
  prices: priceBookOf(codeInterpreterPrices, "2025-10"),
  gb: "binary",
  size: { vcpu: 2, memoryGb: 8 },
  soFarOf: () => ({ low: parseUsd("0.01"), high: parseUsd("0.5") }),
};

let next = 0;
const decided = (changes: FactsChanges = {}): DecidedSession => {
  next += 1;
  const made = facts({ ...changes, session: { id: sessionId(`S${next}`), ...changes.session } });
  return { facts: made, decision: decide(made, settings, now) };
};
const text = (bounds: UsdBounds | null) =>
  bounds === null ? null : `${formatUsd(bounds.low, 6)} ${formatUsd(bounds.high, 6)}`;
const called = { maybeInFlight: [span(110, 112)] };

describe("leaks", () => {
  it.each([
    ["idle", {}, true, null],
    ["no-usage-logs", { cpu: unknown("no-usage-logs") }, false, "USAGE_LOGS"],
    ["at-teardown", { cpu: unknown("at-teardown") }, false, "evidence: invocations"],
    ["called", { calls: called }, false, "TRACES"],
    ["no-call-logs", { calls: unknown("no-call-logs") }, false, "TRACES"],
    ["no-call-logs", { calls: { ...called, apart: unknown("no-call-logs") } }, false, "TRACES"],
    ["call-logs-differ", { calls: { ...called, apart: unknown("call-logs-differ") } }, false, "TRACES"],
    // They are on: there is nothing to turn on.
    ["call-spans-differ", { calls: { ...called, apart: unknown("call-spans-differ") } }, false, null],
    ["never-called", { calls: unknown("never-called") }, false, null],
    // What is told first is what decides.
    ["no-usage-logs", { cpu: unknown("no-usage-logs"), calls: unknown("never-called") }, false, "USAGE_LOGS"],
    ["never-called", { cpu: unknown("failed"), calls: unknown("never-called") }, false, null],
    [
      "never-called",
      { policy: { evidence: "invocations" as const }, cpu: unknown("no-usage-logs"), calls: unknown("never-called") },
      false,
      null,
    ],
  ] as const)("are %s, with what to turn on, where %o", (reason, changes, isProvable, turnOn) => {
    const item = decided(changes);
    const [leaks, ...others] = leaksOf([item], input, now);
    expect(others).toEqual([]);
    expect(leaks).toMatchObject({ reason, isProvable, turnOn, sessions: 1 });
    expect(item.decision.text).toContain(leaks?.text);
  });

  it("are none of sessions that work, are young or protected, are quiet for a while only, or will be known later", () => {
    const kept = [
      decided({ cpu: { quietSince: null } }),
      decided({ session: { createdAt: minute(116) } }),
      decided({ protection: {} }),
      decided({ cpu: { quietSince: minute(95), lastBusyAt: minute(95) } }),
      decided({ cpu: unknown("failed") }),
      decided({ calls: unknown("data-late") }),
      decided({ policy: null }),
    ];
    expect(kept.map(({ decision }) => decision.reason)).toEqual([
      ...["active", "too-young", "protected", "quiet", "unknown-activity", "unknown-activity", "no-policy"],
    ]);
    expect(leaksOf(kept, input, now)).toEqual([]);
  });

  it("cost an hour of memory where they are idle, and up to a whole sandbox where that is not known", () => {
    const found = leaksOf([decided(), decided(), decided({ calls: called })], input, now);
    expect(found.map(({ reason, sessions, soFar, anHour }) => [reason, sessions, text(soFar), text(anHour)])).toEqual([
      ["idle", 2, "0.020000 1.000000", "0.018900 0.018900"],
      ["called", 1, "0.010000 0.500000", "0.009450 0.254600"],
    ]);
  });

  it("cost between the floor and all memory an hour where no level is known", () => {
    expect(text(leaksOf([decided({ cpu: { memoryBytes: null } })], input, now)[0]?.anHour ?? null)).toBe(
      "0.001181 0.075600",
    );
  });

  it("have no sum where one of them has no figure", () => {
    const [first, second] = [decided(), decided()];
    const soFarOf: LeaksInput["soFarOf"] = ({ id }) =>
      id === second.facts.session.id ? null : input.soFarOf(first.facts.session);
    expect(leaksOf([first, second], { ...input, soFarOf }, now)).toMatchObject([{ sessions: 2, soFar: null }]);
    expect(leaksOf([first], { ...input, prices: new Map() }, now)).toMatchObject([{ anHour: null }]);
  });

  it("are listed by interpreter and reason, the provable first and then the most, whatever the order they come in", () => {
    const other = { session: { interpreter: interpreterId("other-JVcygpdywt"), createdAt: minute(-60) } };
    const all = [
      decided({ calls: called }),
      decided({ ...other, cpu: unknown("no-usage-logs") }),
      decided({ ...other, session: { ...other.session, id: sessionId("X") }, cpu: unknown("no-usage-logs") }),
      decided(),
    ];
    const shown = (items: readonly DecidedSession[]) =>
      leaksOf(items, input, now).map(({ interpreter, reason, sessions, oldestCreatedAt }) => ({
        interpreter,
        reason,
        sessions,
        oldestCreatedAt,
      }));
    expect(shown(all)).toEqual([
      { interpreter: "etl_runner-JVcygpdywt", reason: "idle", sessions: 1, oldestCreatedAt: minute(0) },
      { interpreter: "other-JVcygpdywt", reason: "no-usage-logs", sessions: 2, oldestCreatedAt: minute(-60) },
      { interpreter: "etl_runner-JVcygpdywt", reason: "called", sessions: 1, oldestCreatedAt: minute(0) },
    ]);
    expect(shown(all.toReversed())).toEqual(shown(all));
  });
});
