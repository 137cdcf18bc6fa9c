import { describe, expect, it } from "vitest";
import { endOf, sessionStatusAt } from "../../local/fleet/life.ts";
import { aSession, startAt } from "./fixtures.ts";

const day = 86_400_000;
const timeoutAt = startAt + 900_000;

describe("a session's life", () => {
  it.each([
    ["before its creation", startAt - 1, "unborn"],
    ["at its creation", startAt, "READY"],
    ["a second before its timeout", timeoutAt - 1000, "READY"],
    ["a millisecond before its timeout", timeoutAt - 1, "READY"],
    ["at its timeout", timeoutAt, "TERMINATED"],
    ["a second after its timeout", timeoutAt + 1000, "TERMINATED"],
    ["30 days after its end", timeoutAt + 30 * day, "TERMINATED"],
    ["later than 30 days after its end", timeoutAt + 30 * day + 1, "forgotten"],
  ])("%s is %4$s", (_, now, status) => {
    expect(sessionStatusAt(aSession({ timeoutSeconds: 900 }), now)).toBe(status);
  });

  it.each([
    ["a stop a millisecond before the timeout", timeoutAt - 1, { endedAt: timeoutAt - 1, endedBy: "stop" }],
    ["a stop at the timeout", timeoutAt, { endedAt: timeoutAt, endedBy: "timeout" }],
    ["a stop after the timeout", timeoutAt + 1, { endedAt: timeoutAt, endedBy: "timeout" }],
    ["no stop", null, { endedAt: timeoutAt, endedBy: "timeout" }],
  ] as const)("the earlier of timeout and stop ends it: %s", (_, stoppedAt, end) => {
    const session = aSession({ timeoutSeconds: 900, stoppedAt });
    expect(endOf(session, timeoutAt + 5)).toEqual(end);
    expect(endOf(session, end.endedAt)).toEqual(end);
    expect(endOf(session, end.endedAt - 1)).toBeNull();
  });

  it("takes no notice of a stop that is planned but has not come", () => {
    const session = aSession({ stoppedAt: startAt + 5000 });
    expect(sessionStatusAt(session, startAt + 4999)).toBe("READY");
    expect(sessionStatusAt(session, startAt + 5000)).toBe("TERMINATED");
  });
});
