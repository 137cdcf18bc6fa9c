import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "../scan/run-cli.ts";

beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 9, 23, 16) }));
afterAll(() => void vi.useRealTimers());
const reconcile = (...flags: string[]) => runCli(["reconcile", ...flags], { env: { HOME: "/nonexistent" } });

describe("flags of sandmeter reconcile", () => {
  it("exits with 2 for wrong flags, and tells all of them at once, before it asks anything", async () => {
    const wrong = [
      "--month",
      "2026-13",
      "--band",
      "-1",
      "--ignore-below",
      "x",
      "--fail-on",
      "drfit",
      "--accounts",
      "me",
      "--regions",
      "us-esat-1",
    ];
    const { exit, err } = await reconcile(...wrong);
    expect(exit).toBe(2);
    for (const part of [
      '"2026-13"',
      "--band must be a percentage",
      "--ignore-below must be dollars",
      "did you mean drift?",
      "twelve digits",
      "did you mean us-east-1?",
    ]) {
      expect(err).toContain(part);
    }
    expect(err.match(/us-esat-1/g)).toHaveLength(1);
    expect(err).not.toContain("Asking");
  });

  it.each([
    [["--month", "2027-01"], "has not begun"],
    [["--month", "2026-10", "--from", "2026-09-30"], "--from must be a day of 2026-10"],
    [["--month", "2026-10", "--from", "2026-11-01"], "--from must be a day of 2026-10"],
    [["--month", "2026-10", "--from", "2026-10-24"], "--from must be a day of 2026-10 that has begun"],
    [["--bill", "a.csv", "--bill", "./a.csv"], "it would count twice"],
    [["--bill", ""], "--bill needs the name of a file"],
    [["--band", "1000.1"], "--band must be"],
    [["--band", "1e2"], "--band must be"],
  ])("refuses %j", async (flags, said) => {
    expect(await reconcile(...flags)).toMatchObject({ exit: 2, err: expect.stringContaining(said) });
  });
});
