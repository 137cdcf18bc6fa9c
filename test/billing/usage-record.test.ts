import { describe, expect, it } from "vitest";
import { readUsageRecord } from "../../core/billing/usage-record.ts";
import { instant } from "../../core/kernel/instant.ts";
import { type LineParts, recordOf, startAt } from "../rate/run.ts";

const latestAt = instant(startAt + 86_400_000);
const reasonOf = (value: unknown): string => {
  const record = readUsageRecord(value, latestAt);
  return typeof record === "string" ? record : "ok";
};
const preview = Date.parse("2025-07-16T00:00:00Z");

describe("reading a usage record", () => {
  it("takes the interpreter from the last segment of the ARN and both spellings of the duration", () => {
    const text = JSON.stringify(recordOf({ elapsed: 0.5 })).replace("time_elapsed_seconds", "elapsed_time_seconds");
    const record: unknown = JSON.parse(text);
    expect(readUsageRecord(record, latestAt)).toEqual({
      account: "111122223333",
      region: "us-east-1",
      interpreter: "tool-VbMl9Hi8I4",
      session: "01K71MX1HF2ZVXFV3HTGJZWE1Z",
      at: startAt,
      elapsedSeconds: 0.5,
      vcpuHours: 0.000125,
      gbHours: 0.00025,
    });
  });

  it("takes -0 for 0, so that the same figure is the same record", () => {
    const record = readUsageRecord(recordOf({ vcpuHours: -0, gbHours: -0, elapsed: -0 }), latestAt);
    expect(record).toMatchObject({ vcpuHours: 0, gbHours: 0, elapsedSeconds: 0 });
    expect(typeof record === "string" ? Number.NaN : 1 / record.vcpuHours).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([[null], [[]], ["text"], [1], [true], [[{}]]])("refuses %j, which is no object", (value) => {
    expect(reasonOf(value)).toBe("not-an-object");
  });

  const bad: readonly (readonly [string, LineParts])[] = [
    ...[undefined, "", 111122223333, null, {}].map((account) => ["missing-account", { account }] as const),
    ...[undefined, "", 1, null].map((region) => ["missing-region", { region }] as const),
    ...[undefined, "", 1, null, "arn:aws:x/"].map((arn) => ["missing-arn", { arn }] as const),
    ...[undefined, "", 1, null].map((session) => ["missing-session", { session }] as const),
    ...[undefined, null, "1793491200000", 1793491200000.5, Number.POSITIVE_INFINITY, true].map(
      (at) => ["bad-timestamp", { at }] as const,
    ),
    ...[undefined, null, "1", -0.001, Number.NaN, Number.POSITIVE_INFINITY].map(
      (elapsed) => ["bad-elapsed", { elapsed }] as const,
    ),
    ...[undefined, null, "1", -1e-9, Number.POSITIVE_INFINITY].map(
      (vcpuHours) => ["bad-vcpu-hours", { vcpuHours }] as const,
    ),
    ...[undefined, null, "1", -1e-9, Number.POSITIVE_INFINITY].map((gbHours) => ["bad-gb-hours", { gbHours }] as const),
  ];
  it.each(bad)("says %s of %j", (reason, parts) => expect(reasonOf(recordOf(parts))).toBe(reason));

  const thresholds: readonly (readonly [LineParts, string])[] = [
    [{ at: preview - 1 }, "timestamp-too-early"],
    [{ at: preview }, "ok"],
    [{ at: preview + 1 }, "ok"],
    [{ at: latestAt - 1 }, "ok"],
    [{ at: latestAt }, "ok"],
    [{ at: latestAt + 1 }, "timestamp-too-late"],
    [{ elapsed: 0 }, "ok"],
    [{ elapsed: 59.999 }, "ok"],
    [{ elapsed: 60 }, "ok"],
    [{ elapsed: 60.001 }, "elapsed-too-long"],
    [{ vcpuHours: 0, gbHours: 0 }, "ok"],
    [{ vcpuHours: 2.4999 / 3600 }, "ok"],
    [{ vcpuHours: 2.5 / 3600 }, "ok"],
    [{ vcpuHours: 2.5001 / 3600 }, "too-much-vcpu"],
    [{ elapsed: 0, vcpuHours: 2.5 / 3600 }, "ok"],
    [{ elapsed: 0, vcpuHours: 2.5001 / 3600 }, "too-much-vcpu"],
    [{ elapsed: 2, vcpuHours: 5 / 3600 }, "ok"],
    [{ elapsed: 2, vcpuHours: 5.0001 / 3600 }, "too-much-vcpu"],
    [{ gbHours: 10 / 3600 }, "ok"],
    [{ gbHours: 10.0001 / 3600 }, "too-much-memory"],
    [{ elapsed: 2, gbHours: 20 / 3600 }, "ok"],
    [{ elapsed: 2, gbHours: 20.0001 / 3600 }, "too-much-memory"],
  ];
  it.each(thresholds)("says of %j: %s", (parts, reason) => expect(reasonOf(recordOf(parts))).toBe(reason));

  it("refuses attributes that are no object", () => {
    expect(reasonOf({ ...(recordOf({}) as object), attributes: ["account.id"] })).toBe("missing-account");
    expect(reasonOf({ ...(recordOf({}) as object), metrics: null })).toBe("bad-vcpu-hours");
  });
});
