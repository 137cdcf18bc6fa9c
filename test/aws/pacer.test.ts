import { describe, expect, it } from "vitest";
import { pacer } from "../../adapters/aws/pacer.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";

const abort = new AbortController();

/** Asks for `count` turns at once, and says when each came. */
async function turns(
  clock: FakeClock,
  share: ReturnType<typeof pacer>,
  count: number,
  forMs: number,
): Promise<number[]> {
  const at: number[] = [];
  for (let i = 0; i < count; i++) void share.acquire(abort.signal).then(() => at.push(clock.now()));
  await clock.advance(forMs);
  return at;
}

describe("a pacer", () => {
  it("spaces attempts evenly from the first on: no burst", async () => {
    const clock = fakeClock();
    expect(await turns(clock, pacer(5, clock), 4, 600)).toEqual([0, 200, 400, 600]);
  });

  it("lets no burst through after a rest", async () => {
    const clock = fakeClock();
    const share = pacer(5, clock);
    await turns(clock, share, 1, 10_000);
    const [first, second, third] = await turns(clock, share, 3, 1000);
    expect([first, second, third]).toEqual([10_000, 10_200, 10_400]);
  });

  it("lets at most its rate through in any second, and no less when it is asked without pause", async () => {
    const clock = fakeClock();
    const at = await turns(clock, pacer(6, clock), 60, 9_950);
    const busiest = Math.max(...at.map((start) => at.filter((time) => time >= start && time < start + 999.9).length));
    expect(at).toHaveLength(60);
    expect(busiest).toBeLessThanOrEqual(6);
  });

  it("halves its rate when it is throttled, once for what comes together, and wins it back within seconds", async () => {
    const clock = fakeClock();
    const share = pacer(10, clock);
    await turns(clock, share, 1, 0);
    share.slowDown();
    share.slowDown();
    const slow = await turns(clock, share, 4, 1000);
    const gaps = slow.slice(1).map((time, index) => time - (slow[index] ?? 0));
    expect(slow[0]).toBe(200);
    for (const gap of gaps) expect(gap).toBeGreaterThan(170);
    await clock.advance(12_000);
    const again = await turns(clock, share, 3, 1000);
    expect((again[2] ?? 0) - (again[1] ?? 0)).toBe(100);
  });

  it("keeps a sixteenth of its rate however often it is throttled", async () => {
    const clock = fakeClock();
    const share = pacer(16, clock);
    for (let i = 0; i < 10; i++) {
      share.slowDown();
      await clock.advance(1000);
    }
    const [first, second] = await turns(clock, share, 2, 3000);
    expect((second ?? 0) - (first ?? 0)).toBeLessThanOrEqual(1000);
  });

  it("lets an aborted attempt go at once, and gives its turn to the next", async () => {
    const clock = fakeClock();
    const share = pacer(1, clock);
    const leaving = new AbortController();
    await share.acquire(undefined);
    const left = share.acquire(leaving.signal).catch((reason: unknown) => reason);
    const stays = turns(clock, share, 1, 1000);
    leaving.abort("enough");
    expect(await left).toBe("enough");
    expect(await stays).toEqual([1000]);
    expect(clock.waiting()).toBe(0);
  });

  it("refuses an attempt whose signal is aborted already", async () => {
    await expect(pacer(1, fakeClock()).acquire(AbortSignal.abort("no"))).rejects.toBe("no");
  });
});
