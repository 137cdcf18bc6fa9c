import { describe, expect, it } from "vitest";
import type { AccountsOutcome, TargetAccounts } from "../../core/jobs/accounts/outcome.ts";
import type { EventDelivery } from "../../core/jobs/observe/outcome.ts";
import { accountId, interpreterId, region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { concludeAccounts } from "../../functions/accounts-summary.ts";
import type { PassLog } from "../../functions/pass-summary.ts";

const now = instant(Date.parse("2026-11-02T12:00:00Z"));
const denied = { code: "AccessDenied", message: "FilterLogEvents was refused." };

const targetOf = (name: string, change: Partial<TargetAccounts> = {}): TargetAccounts => ({
  target: { account: accountId("111122223333"), region: region(name) },
  status: "ok",
  usage: [],
  sources: [],
  touched: 4,
  closed: 3,
  restated: 1,
  open: 2,
  lateUnverifiable: 0,
  lateUncertain: 0,
  problems: [],
  ...change,
});

const outcomeOf = (targets: readonly TargetAccounts[], change: Partial<AccountsOutcome> = {}): AccountsOutcome => ({
  asOf: now,
  complete: false,
  targets,
  repriced: 0,
  budgets: [],
  events: [],
  problems: [],
  ...change,
});

const delivery = (result: EventDelivery["result"]): EventDelivery => ({
  event: { id: result, at: now, detailType: "Budget Level Changed", detail: {} },
  result,
  reason: result === "unsent" ? "throttled" : null,
});

/** What was logged, as level and message. */
function listening(): { readonly log: PassLog; readonly lines: string[] } {
  const lines: string[] = [];
  const at =
    (level: string): PassLog["info"] =>
    (message) =>
      void lines.push(`${level} ${String(message)}`);
  return { log: { info: at("info"), warn: at("warn"), error: at("error") }, lines };
}

describe("the end of a pass over the ledger", () => {
  it("is the one line that the stack counts where everything was kept", () => {
    const { log, lines } = listening();
    const summary = concludeAccounts(outcomeOf([targetOf("us-east-1")], { complete: true }), log);
    expect(lines).toEqual(["info accounts complete"]);
    expect(summary).toEqual({
      asOf: "2026-11-02T12:00:00.000Z",
      complete: true,
      targets: [
        {
          account: "111122223333",
          region: "us-east-1",
          status: "ok",
          records: 0,
          closed: 3,
          restated: 1,
          open: 2,
          lateUnverifiable: 0,
          lateUncertain: 0,
        },
      ],
      events: { sent: 0, unsent: 0 },
    });
  });

  it.each<[string, AccountsOutcome, string[]]>([
    [
      "a part of a target",
      outcomeOf([targetOf("us-east-1", { status: "partial", problems: [denied] })]),
      ["warn accounts kept in part"],
    ],
    [
      "a target",
      outcomeOf([targetOf("us-east-1", { status: "failed", problems: [denied] }), targetOf("eu-west-1")]),
      ["error accounts not kept"],
    ],
    ["a budget", outcomeOf([targetOf("us-east-1")], { problems: [denied] }), ["error costs not checked"]],
    [
      "an event",
      outcomeOf([targetOf("us-east-1")], { events: [delivery("sent"), delivery("unsent")] }),
      ["warn event not sent; the next pass sends it"],
    ],
  ])("names %s that is missing, and does not fail for it", (_what, outcome, expected) => {
    const { log, lines } = listening();
    expect(concludeAccounts(outcome, log).complete).toBe(false);
    expect(lines).toEqual([...expected, "warn accounts partial"]);
  });

  it("names interpreters without usage logs, which is no failure", () => {
    const { log, lines } = listening();
    const located = { kind: "none", reason: "not-enabled", problem: denied } as const;
    const target = targetOf("us-east-1", { usage: [{ interpreter: interpreterId("dark-0123456789"), located }] });
    concludeAccounts(outcomeOf([target], { complete: true }), log);
    expect(lines).toEqual(["info interpreters without usage logs", "info accounts complete"]);
  });

  it("is a failure where no target was kept, and none where there is no target yet", () => {
    const { log } = listening();
    const failed = targetOf("us-east-1", { status: "failed", problems: [denied] });
    expect(() => concludeAccounts(outcomeOf([failed]), log)).toThrow(/were not kept: each of the 1 targets failed/);
    expect(concludeAccounts(outcomeOf([], { complete: true }), log).complete).toBe(true);
  });
});
