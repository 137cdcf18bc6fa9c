import { describe, expect, it } from "vitest";
import type { EventDelivery, PassOutcome, TargetPass } from "../../core/jobs/observe/outcome.ts";
import type { TargetScan } from "../../core/jobs/scan/outcome.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { concludePass, type PassLog } from "../../functions/pass-summary.ts";

const now = instant(Date.parse("2026-11-02T12:00:00Z"));
const denied = {
  code: "AccessDenied",
  message: "ListCodeInterpreters was refused.",
  operation: "ListCodeInterpreters",
};

function targetPass(name: string, status: TargetScan["status"] | null, change: Partial<TargetPass> = {}): TargetPass {
  const target = { account: accountId("111122223333"), region: region(name) };
  const scan: TargetScan | null =
    status === null
      ? null
      : {
          target,
          status,
          problems: status === "ok" ? [] : [denied],
          interpreters: null,
          interpretersComplete: status === "ok",
          sessions: [],
          readySessions: status === "ok" ? 4 : null,
          quotas: [],
        };
  return {
    target,
    state: "committed",
    scan,
    started: 0,
    ended: [],
    alerts: [],
    health: null,
    metrics: [],
    events: [],
    problems: [],
    ...change,
  };
}

const outcomeOf = (targets: readonly TargetPass[], change: Partial<PassOutcome> = {}): PassOutcome => ({
  asOf: now,
  complete: false,
  targets,
  problems: [],
  ...change,
});

const delivery = (result: EventDelivery["result"]): EventDelivery => ({
  event: { id: result, at: now, detailType: "Quota Pressure Changed", detail: {} },
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

describe("the end of a pass", () => {
  it("is one line where everything was read", () => {
    const { log, lines } = listening();
    const summary = concludePass(outcomeOf([targetPass("us-east-1", "ok")], { complete: true }), log);
    expect(lines).toEqual(["info pass complete"]);
    expect(summary).toEqual({
      asOf: "2026-11-02T12:00:00.000Z",
      complete: true,
      targets: [
        {
          account: "111122223333",
          region: "us-east-1",
          state: "committed",
          status: "ok",
          readySessions: 4,
          events: { sent: 0, unsent: 0 },
        },
      ],
    });
  });

  it.each<[string, TargetPass, string[]]>([
    ["a part of a target", targetPass("us-east-1", "partial"), ["warn target read in part"]],
    ["a target", targetPass("us-east-1", "failed"), ["error target not read"]],
    ["the state", targetPass("us-east-1", null, { state: "failed", problems: [denied] }), ["error target not read"]],
    [
      "an event",
      targetPass("us-east-1", "ok", { events: [delivery("sent"), delivery("unsent")] }),
      ["warn event not sent; the next pass sends it"],
    ],
  ])("names %s that is missing, and does not fail for it", (_what, pass, expected) => {
    const { log, lines } = listening();
    const summary = concludePass(outcomeOf([pass, targetPass("eu-west-1", "ok")]), log);
    expect(lines).toEqual([...expected, "warn pass partial"]);
    expect(summary.complete).toBe(false);
  });

  it("names metrics that did not arrive", () => {
    const { log, lines } = listening();
    concludePass(outcomeOf([targetPass("us-east-1", "ok")], { problems: [denied] }), log);
    expect(lines).toEqual(["error metrics not published", "warn pass partial"]);
  });

  it("is no failure where another run did the work", () => {
    const { log, lines } = listening();
    concludePass(outcomeOf([targetPass("us-east-1", "ok", { state: "stale" })], { complete: true }), log);
    expect(lines).toEqual(["info another run did the work of this pass", "info pass complete"]);
  });

  it("is a failure where no target was read or remembered", () => {
    const { log } = listening();
    const nothing = outcomeOf([targetPass("us-east-1", "failed"), targetPass("eu-west-1", "ok", { state: "failed" })]);
    expect(() => concludePass(nothing, log)).toThrow(
      /the pass of 2026-11-02T12:00:00.000Z read nothing: each of its 2/,
    );
  });
});
