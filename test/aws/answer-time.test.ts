import { describe, expect, it } from "vitest";
import { answerTime } from "../../adapters/aws/answer-time.ts";
import { serviceTime } from "../../adapters/aws/service-time.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { signal, target } from "./embedded.ts";
import { readerAt, tinyService } from "./tiny-service.ts";

const noon = Date.UTC(2026, 10, 20, 12);
const at = (ms: number): string => new Date(noon + ms).toUTCString();
const minute = 60_000;
const hour = 60 * minute;

describe("the service's time, by its answers", () => {
  // The middle of the second that a Date says is noon and half a second.
  it.each([
    [noon + 500, 0, 0],
    [noon + 500 - 2000, 0, 0],
    [noon + 500 - 2001, 0, 2001],
    [noon + 500 + 2000, 0, 0],
    [noon + 500 + 2001, 0, -2001],
    // What is not known of the way is doubt.
    [noon + 500 - 2500 + 500, 1000, 0],
    [noon + 500 - 2501 + 500, 1000, 2501],
  ])("where the machine says %i after %i ms, is ahead by %i", (machineMs, tookMs, ahead) => {
    const time = answerTime();
    time.note(at(0), machineMs, tookMs);
    expect(time.aheadMs()).toBe(ahead);
  });

  it("does not go forth and back by what a Date cannot say, and follows what is more than that", () => {
    const time = answerTime();
    expect(time.aheadMs()).toBeNull();
    time.note(at(10 * minute), noon + 500, 0);
    expect(time.aheadMs()).toBe(10 * minute);
    time.note(at(10 * minute + 1000), noon + 500, 0);
    time.note(at(10 * minute - 2000), noon + 500, 0);
    expect(time.aheadMs()).toBe(10 * minute);
    time.note(at(0), noon + 500, 0);
    expect(time.aheadMs()).toBe(0);
  });

  it.each(["Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT", at(hour), at(-hour)])(
    "does not believe one answer alone that says %s, first or later",
    (odd) => {
      const time = answerTime();
      time.note(odd, noon + 500, 0);
      expect(time.aheadMs()).toBeNull();
      time.note(at(0), noon + 500, 0);
      expect(time.aheadMs()).toBe(0);
      // Not one after the other: what lies between says that both were odd.
      time.note(odd, noon + 500, 0);
      time.note(at(0), noon + 500, 0);
      time.note(odd, noon + 500, 0);
      expect(time.aheadMs()).toBe(0);
    },
  );

  it.each([
    [15 * minute, [15 * minute]],
    [15 * minute + 1000, [0, 15 * minute + 1000]],
    [-15 * minute, [-15 * minute]],
    [-15 * minute - 1000, [0, -15 * minute - 1000]],
  ])("believes a leap of %i ms once as many answers say it as it takes", (leap, seen) => {
    const time = answerTime();
    time.note(at(0), noon + 500, 0);
    expect(
      seen.map(() => {
        time.note(at(leap), noon + 500, 0);
        return time.aheadMs();
      }),
    ).toEqual(seen);
  });

  it.each([
    [minute, hour + minute],
    [minute + 1000, 0],
  ])("holds for agreed what a second answer says %i ms off", (off, ahead) => {
    const time = answerTime();
    time.note(at(0), noon + 500, 0);
    time.note(at(hour), noon + 500, 0);
    time.note(at(hour + off), noon + 500, 0);
    expect(time.aheadMs()).toBe(ahead);
  });

  it.each([undefined, "", "soon"])("holds what it knows where the Date is %j", (said) => {
    const time = answerTime();
    time.note(said, noon, 0);
    expect(time.aheadMs()).toBeNull();
    time.note(at(minute), noon + 500, 0);
    time.note(said, noon, 0);
    expect(time.aheadMs()).toBe(minute);
  });

  it("is read from every answer that comes, refusals too, so that a clock which jumps makes no odds", async () => {
    let machine = instant(noon);
    let status = 200;
    const { endpoint } = await tinyService(() => ({ status, body: {}, date: at(0) }));
    const { clients, reader } = readerAt(endpoint, { machineNow: () => machine });
    const clock = serviceTime(clients, { now: () => machine, sleep: async () => undefined });
    const ask = () => reader.getSession(target("us-east-1"), interpreterId("tool-AAAAAAAAAA"), sessionId("s"), signal);
    machine = instant(noon - 5 * hour);
    expect(clock.now()).toBe(machine);
    for (const [behind, answers] of [
      [-5 * hour, 200],
      [7 * hour, 200],
      [-hour, 404],
      [0, 400],
    ] as const) {
      machine = instant(noon + behind);
      status = answers;
      // One alone is not believed.
      await ask();
      await ask();
      expect(Math.abs(clock.now() - noon)).toBeLessThan(3000);
    }
  });
});
