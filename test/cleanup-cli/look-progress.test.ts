import { describe, expect, it } from "vitest";
import { lookProgress } from "../../cli/cleanup/look-progress.ts";
import { here } from "../sweep/lives.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();

describe("looks at sessions, on a terminal", () => {
  it.each([
    ["plan", ["plan"]],
    ["watch", ["watch", "--policy", "sandmeter.policy.yaml", "--passes", "1", "--no-publish"]],
  ])("are shown by %s as they go on, and gone when they are over", async (state, argv) => {
    const { err } = await world.runAt({ interactive: true, columns: 120 }, state, ...argv, ...world.fast);
    expect(err).toMatch(/Clean-up: usage records of \d of 5 sessions read/);
    expect(err.slice(err.lastIndexOf("Clean-up: "))).toContain("\r\u001b[K");
  });

  it("are added up over Regions, and counted anew by the next pass", () => {
    const shown: string[] = [];
    const { tell, clear } = lookProgress({
      ...{ out: () => undefined, err: (text) => shown.push(text) },
      ...{ interactive: true, columns: 120, color: false, env: {}, cwd: "/", signal: new AbortController().signal },
    });
    tell({ target: here, looked: 12, of: 200 });
    clear();
    expect(shown.map((text) => text.replaceAll("\r\u001b[K", ""))).toEqual([
      "Clean-up: usage records of 12 of 200 sessions read",
      "",
    ]);
  });
});
