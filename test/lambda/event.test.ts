import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { withinDeadline } from "../../functions/deadline.ts";
import { functionPlace } from "../../functions/function-place.ts";
import { refuseOtherTimes, scheduledAt } from "../../functions/scheduled-event.ts";

describe("the scheduled event", () => {
  it.each([
    ["2026-11-02T12:05:00Z", 1_793_621_100_000],
    ["2026-11-02T12:05:00.250Z", 1_793_621_100_250],
    ["2026-11-02T13:05:00+01:00", 1_793_621_100_000],
  ])("is due at %s", (text, at) => {
    expect(scheduledAt({ scheduledAt: text })).toBe(at);
  });

  it.each([
    [null],
    ["2026-11-02T12:05:00Z"],
    [{}],
    [{ scheduledAt: 1_793_621_100 }],
    [{ scheduledAt: "noon" }],
    // What a schedule sends that does not know the placeholder.
    [{ scheduledAt: "<aws.scheduler.scheduled-time>" }],
  ])("is refused when it is %j", (event) => {
    expect(() => scheduledAt(event)).toThrow(/invoke the function with \{"scheduledAt":"/);
  });
});

describe("the time of a pass over the accounts", () => {
  const clockAt = Date.UTC(2026, 10, 2, 12);
  const hour = 3_600_000;
  const refusal = (offMs: number) => () => refuseOtherTimes(instant(clockAt + offMs), clockAt);

  it.each([hour, hour - 1, 0, 1 - 24 * hour, -24 * hour])("may be %i ms off the clock", (offMs) => {
    expect(refusal(offMs)).not.toThrow();
  });

  it.each([hour + 1, -24 * hour - 1])("is refused where it is %i ms off, with the time that it is", (offMs) => {
    expect(refusal(offMs)).toThrow(/and it is 2026-11-02T12:00:00\.000Z: nothing was read/);
  });
});

describe("the place of a function", () => {
  it.each([
    ["arn:aws:lambda:us-east-1:111122223333:function:scan", "aws"],
    ["arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:scan:7", "aws-us-gov"],
  ])("is read from %s", (arn, partition) => {
    expect(functionPlace(arn)).toEqual({ account: "111122223333", partition });
  });

  it.each(["", "scan", "arn:aws:lambda:us-east-1:1111:function:scan"])("is not guessed from %j", (arn) => {
    expect(() => functionPlace(arn)).toThrow("not the ARN of a Lambda function");
  });
});

describe("the deadline", () => {
  it("gives a pass up with an error that says what to do", async () => {
    const work = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    await expect(withinDeadline(5001, "SANDMETER_EVERY_MINUTES", work)).rejects.toThrow(
      /SANDMETER_EVERY_MINUTES higher/,
    );
  });

  it("leaves a pass alone that is over in time", async () => {
    await expect(withinDeadline(6000, "SANDMETER_EVERY_MINUTES", async (signal) => signal.aborted)).resolves.toBe(
      false,
    );
  });
});
