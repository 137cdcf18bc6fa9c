import { describe, expect, it } from "vitest";
import { begin, bench, minutes, none, seconds, seen } from "./settle-fixture.ts";

/** Noon is five minutes before the beginning; its hour is whole 75 minutes after its end. */
const noonAt = minutes(-5);
const noonIsWhole = 60 - 5 + 75;
const measured = { hourAt: noonAt, vcpuHours: 0.1, gbHours: 0.5 };
const measuredNs = 360_000_000_000n;
const measuredByteMs = 1_932_735_283_200_000n;

const gone = (session: string, from: number, until: number) =>
  seen(session, {
    createdAt: minutes(from),
    firstSeenAt: minutes(from),
    lastSeenAt: minutes(until - 1),
    goneAt: minutes(until),
    timeoutSeconds: 3600,
  });

/** An interpreter whose logs were read for a while, and are not any more. */
async function darkened(records: ReturnType<typeof seconds>) {
  const it = bench();
  it.outside.located = none("not-enabled");
  it.outside.finalUntil = null;
  it.outside.hours = [measured];
  it.outside.records = [gone("logged", 0, 10), gone("silent", 20, 30), gone("quiet", 30, 50)];
  await it.enter("logged", records, { createdAt: begin });
  return it;
}

async function usageOf({ bills }: ReturnType<typeof bench>, hourAt = noonAt) {
  const all = await bills();
  return Object.fromEntries(
    all.map(({ session, basis, charges }) => {
      const own = charges.filter((charge) => charge.hourAt === hourAt);
      const memory = own.reduce((sum, it) => sum + (basis === "rated" ? it.loggedByteMs : it.byteMs), 0n);
      return [session, { basis, vcpuNs: own.reduce((sum, it) => sum + it.vcpuNs, 0n), memory }];
    }),
  );
}

describe("the measured hour of an interpreter of which some sessions have records", () => {
  it("is theirs as they say, and the rest of it is the others', to the last unit", async () => {
    const it = await darkened(seconds(begin, minutes(10)));
    await it.settleAt(minutes(noonIsWhole));
    const { logged, silent, quiet } = await usageOf(it);
    expect([logged?.basis, silent?.basis, quiet?.basis]).toEqual(["rated", "allocated", "allocated"]);
    expect((logged?.vcpuNs ?? 0n) + (silent?.vcpuNs ?? 0n) + (quiet?.vcpuNs ?? 0n)).toBe(measuredNs);
    expect((logged?.memory ?? 0n) + (silent?.memory ?? 0n) + (quiet?.memory ?? 0n)).toBe(measuredByteMs);
    // 600 records of 0.0001 vCPU-hours are 216 seconds; of what is left, one of the others was alive twice as long.
    expect([logged?.vcpuNs, silent?.vcpuNs, quiet?.vcpuNs]).toEqual([
      216_000_000_000n,
      48_000_000_000n,
      96_000_000_000n,
    ]);
  });

  it("is shared out in the same way when the one with records was closed by an earlier pass", async () => {
    const together = await darkened(seconds(begin, minutes(10)));
    await together.settleAt(minutes(noonIsWhole));
    const apart = await darkened(seconds(begin, minutes(10)));
    await apart.settleAt(minutes(noonIsWhole - 10));
    expect((await apart.stored("logged"))?.state).toBe("closed");
    await apart.settleAt(minutes(noonIsWhole));
    expect(await usageOf(apart)).toEqual(await usageOf(together));
  });

  it("has a share that is nobody's where one with records has none of that hour", async () => {
    const it = await darkened(seconds(minutes(-20), minutes(-10)));
    await it.settleAt(minutes(noonIsWhole));
    const { silent, quiet } = await usageOf(it);
    // Alive for 10, 10 and 20 minutes: the first has a quarter, whatever it was.
    expect([silent?.vcpuNs, quiet?.vcpuNs]).toEqual([measuredNs / 4n, measuredNs / 2n]);
  });
});
