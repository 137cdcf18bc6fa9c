import { describe, expect, it } from "vitest";
import { besidePasses } from "../../cli/accounts/accounts-schedule.ts";
import { instant } from "../../core/kernel/instant.ts";

const signal = new AbortController().signal;
const pass = {} as never;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a job beside the passes", () => {
  it("is told with the pass after it, and the last pass waits for its own, and hides none before it", async () => {
    const beside = besidePasses(0, async (now) => `of ${now}`);
    expect(await beside.inPass(instant(1), pass, false, signal)).toEqual([]);
    await settled();
    expect(await beside.inPass(instant(2), pass, false, signal)).toEqual(["of 1"]);
    await settled();
    expect(await beside.inPass(instant(3), pass, true, signal)).toEqual(["of 2", "of 3"]);
  });

  it.each([false, true])("that failed fails the next pass, also where it is the last: %s", async (isLast) => {
    let runs = 0;
    const beside = besidePasses(0, async () => {
      runs += 1;
      if (runs === 1) throw new Error("broken");
      return "whole";
    });
    await beside.inPass(instant(1), pass, false, signal);
    await settled();
    await expect(beside.inPass(instant(2), pass, isLast, signal)).rejects.toThrow("broken");
  });
});
