import { describe, expect, it } from "vitest";
import { type Ended, runPasses } from "../../cli/watch/pass-loop.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { start } from "./quota-fixtures.ts";

/** A clock that a test moves: passes take the time that the test says, sleeps take none of its own. */
function byHand() {
  let now = start;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      if (!signal.aborted) now = plusMs(now, ms);
    },
  };
  const spend = (ms: number): void => {
    now = plusMs(now, ms);
  };
  return { clock, spend };
}

const seconds = (at: number): number => (at - start) / 1000;

describe("the loop of passes", () => {
  it("starts each pass an interval after the one before, however long that took", async () => {
    const { clock, spend } = byHand();
    const starts: number[] = [];
    await runPasses(
      clock,
      { everyMs: 60_000, passes: 4 },
      async (at) => {
        starts.push(seconds(at));
        spend(7000);
      },
      () => undefined,
      new AbortController().signal,
    );
    expect(starts).toEqual([0, 60, 120, 180]);
  });

  it("starts the next at once where one takes longer than the interval, says so, and never runs two at a time", async () => {
    const { clock, spend } = byHand();
    const spans: [number, number][] = [];
    const ended: Ended<unknown>[] = [];
    let running = 0;
    await runPasses(
      clock,
      { everyMs: 60_000, passes: 3 },
      async (at) => {
        running += 1;
        expect(running).toBe(1);
        spend(spans.length === 0 ? 150_000 : 10_000);
        await Promise.resolve();
        spans.push([seconds(at), seconds(clock.now())]);
        running -= 1;
      },
      (it) => ended.push(it),
      new AbortController().signal,
    );
    expect(spans).toEqual([
      [0, 150],
      [150, 160],
      [210, 220],
    ]);
    expect(ended.map((it) => [it.overrunMs, it.nextAt === null ? null : seconds(it.nextAt)])).toEqual([
      [90_000, 150],
      [0, 210],
      [0, null],
    ]);
  });

  it("ends after the pass in which it is told to, and answers the last whole one", async () => {
    const { clock } = byHand();
    const stop = new AbortController();
    let count = 0;
    const last = await runPasses(
      clock,
      { everyMs: 1000, passes: null },
      async (_at, signal) => {
        count += 1;
        if (count === 3) stop.abort(new Error("Ctrl-C"));
        signal.throwIfAborted();
        return count;
      },
      () => undefined,
      stop.signal,
    );
    expect(last).toMatchObject({ number: 2, outcome: 2 });
    expect(count).toBe(3);
  });

  it("does not wait for a pass that hears nothing", async () => {
    const stop = new AbortController();
    const last = runPasses(
      byHand().clock,
      { everyMs: 1000, passes: null },
      () => {
        stop.abort(new Error("Ctrl-C"));
        return new Promise<never>(() => undefined);
      },
      () => undefined,
      stop.signal,
    );
    expect(await last).toBeNull();
  });

  it("leaves no listener behind, however many passes there are", async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", note);
    await runPasses(
      byHand().clock,
      { everyMs: 1000, passes: 50 },
      async () => undefined,
      () => undefined,
      new AbortController().signal,
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  it("hands on what goes wrong for another reason", async () => {
    const { clock } = byHand();
    const broken = runPasses(
      clock,
      { everyMs: 1000, passes: 2 },
      async () => Promise.reject(new TypeError("a fault")),
      () => undefined,
      new AbortController().signal,
    );
    await expect(broken).rejects.toThrow("a fault");
  });

  it("does not begin where it has been told to end", async () => {
    const stop = new AbortController();
    stop.abort();
    const pass = async (): Promise<void> => expect.unreachable();
    expect(
      await runPasses(byHand().clock, { everyMs: 1000, passes: 1 }, pass, () => undefined, stop.signal),
    ).toBeNull();
  });
});
