import { describe, expect, it } from "vitest";
import { answerTime } from "../../adapters/aws/answer-time.ts";
import { serviceTime } from "../../adapters/aws/service-time.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { signal, target } from "./embedded.ts";
import { readerAt, tinyService } from "./tiny-service.ts";

const noon = Date.UTC(2026, 10, 20, 12);
const at = (ms: number): string => new Date(noon + ms).toUTCString();
const hour = 3_600_000;

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
    time.note(at(hour), noon + 500, 0);
    expect(time.aheadMs()).toBe(hour);
    time.note(at(hour + 1000), noon + 500, 0);
    time.note(at(hour - 2000), noon + 500, 0);
    expect(time.aheadMs()).toBe(hour);
    time.note(at(0), noon + 500, 0);
    expect(time.aheadMs()).toBe(0);
  });

  it.each([undefined, "", "soon"])("holds what it knows where the Date is %j", (said) => {
    const time = answerTime();
    time.note(said, noon, 0);
    expect(time.aheadMs()).toBeNull();
    time.note(at(hour), noon + 500, 0);
    time.note(said, noon, 0);
    expect(time.aheadMs()).toBe(hour);
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
      await ask();
      expect(Math.abs(clock.now() - noon)).toBeLessThan(3000);
    }
  });
});
