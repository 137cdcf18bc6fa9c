import { describe, expect, it } from "vitest";
import { recordHoles } from "../../cli/backtest/record-holes.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";

const keyOf = (session: string, interpreter = "tool") => ({
  ...{ account: accountId("111122223333"), region: region("us-east-1") },
  ...{ interpreter: interpreterId(interpreter), session: sessionId(session) },
});
const minutes = (...all: readonly number[]) => {
  const at = Float64Array.from(all, (minute) => minute * 60_000);
  const zero = new Float64Array(all.length);
  return { length: all.length, at, elapsedSeconds: zero, vcpuHours: zero, gbHours: zero };
};

describe("records that are missing", () => {
  // The other session has records of minutes 0 to 10 and 13 to 20, in no order.
  const holes = recordHoles();
  holes.take(keyOf("b"), minutes(13, 14, 15, 16, 17, 18, 19, 20));
  holes.take(keyOf("b"), minutes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  holes.take(keyOf("a"), minutes(0, 10));

  it.each([
    [9.9, false],
    [10, true],
    [10.9, true],
    [11, false],
    [20, false],
  ])("are found right after minute %f: %s", (minute, isHole) => {
    const only = recordHoles();
    only.take(keyOf("b"), minutes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14));
    expect(only.isHoleAfter(keyOf("a"), instant(minute * 60_000))).toBe(isHole);
    expect(only.isHoleAfter(keyOf("a", "other"), instant(minute * 60_000))).toBe(false);
  });

  it("are looked for in whatever order records came", () => {
    expect(holes.isHoleAfter(keyOf("a"), instant(10.5 * 60_000))).toBe(true);
  });
});
