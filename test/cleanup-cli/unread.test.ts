import { afterEach, describe, expect, it } from "vitest";
import type { StopReport } from "../../core/reporting/stop-report.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const tool = "tool-VbMl9Hi8I4";
const other = "other-VbMl9Hi8I4";
const place = (region: string, count: number) => ({
  region,
  interpreters: [
    { name: "tool", id: tool, usageLogs: false },
    { name: "other", id: other, usageLogs: false },
  ],
  sessions: [
    { interpreter: "tool", profile: "idle-leak" as const, count, createdSeconds: -10_800, timeoutSeconds: 28_800 },
  ],
});
const world = await cleanupWorld({ places: [place("us-east-1", 2), place("us-west-2", 1)] });
const ids = (await world.aws.ready()).map((text) => text.split(" "));
const idsIn = (region: string) => ids.flatMap(([of, , id]) => (of === region && id !== undefined ? [id] : []));
const [east = ""] = idsIn("us-east-1");
const [west = ""] = idsIn("us-west-2");

const refuse = (operation: string, region = "us-west-2") =>
  world.aws.addFaults({ kind: "access-denied", operation, region });
const stop = (...words: readonly string[]) =>
  world.ask("hand", "stop", ...words, "--regions", "us-east-1,us-west-2", "--reason", "runs wild");
afterEach(world.aws.clearFaults);

const listings = ["ListCodeInterpreterSessions", "ListCodeInterpreters"];

describe("stop, where a Region cannot be read", () => {
  it.each(listings)("tells which and why, and that it is done in part (%s)", async (operation) => {
    await refuse(operation);
    const { exit, out, err } = await stop("--interpreter", tool, "--json");
    expect([exit, err]).toEqual([4, ""]);
    const { outcomes, problems } = JSON.parse(out) as StopReport;
    expect(outcomes.map(({ region }) => region)).toEqual(["us-east-1", "us-east-1"]);
    expect(problems).toMatchObject([{ region: "us-west-2", code: "AccessDenied", operation }]);
    expect((await stop("--interpreter", tool)).out).toContain("us-west-2: AccessDenied: ");
  });

  it.each(listings)("never says of a session that it has ended (%s)", async (operation) => {
    await refuse(operation);
    const { exit, out } = await stop(east, west);
    expect(exit).toBe(4);
    expect(out).toContain("1 would-stop.");
    expect(out).toContain(`session ${west} was not found, and may live all the same, where nobody could look`);
    expect(out).toMatch(/us-west-2: AccessDenied: .+/);
    const { exit: failed, err } = await stop(west, "--yes");
    expect(failed).toBe(1);
    expect(err).toContain(`session ${west} was not found, and may live all the same`);
    expect(err).toMatch(/us-west-2 could not be read\nus-west-2: AccessDenied: .+/);
    expect(`${out}${err}`).not.toMatch(/has ended|have ended/);
    expect((await world.ask("hand", "explain", west, "--regions", "us-west-2")).err).toMatch(
      /whether it lives is not known: us-west-2 could not be read\nus-west-2: AccessDenied: /,
    );
    expect(await world.stops()).toBe(0);
  });

  it.each(listings)("never says of an interpreter that it has no session (%s)", async (operation) => {
    await refuse(operation);
    const { exit, err } = await world.ask(
      "hand",
      "stop",
      "--interpreter",
      tool,
      ...["--regions", "us-west-2", "--reason", "runs wild", "--yes"],
    );
    expect(exit).toBe(1);
    expect(err).toMatch(
      /no live session of tool-\w+ was found, and there may be some all the same; .*could not be read/,
    );
  });

  it("says as before what has ended where all was read", async () => {
    expect((await stop("01ABSENT", "--yes")).err).toContain(
      "no live session 01ABSENT in us-east-1, us-west-2: it has ended",
    );
    expect((await stop("--interpreter", other)).err).toContain("has no live session in us-east-1, us-west-2");
    const { exit, out } = await stop("--interpreter", tool, "--json");
    expect([exit, (JSON.parse(out) as StopReport).problems]).toEqual([0, []]);
  });

  it("stops those of an interpreter that it could read, tells how far it is, and says that there may be others", async () => {
    await world.run("hand", "arm");
    await refuse("ListCodeInterpreterSessions");
    const words = [
      "--interpreter",
      tool,
      "--regions",
      "us-east-1,us-west-2",
      "--reason",
      "runs wild",
      "--yes",
      "--json",
    ];
    const { exit, out, err } = await world.runAt({ interactive: true }, "hand", "stop", ...words, ...world.fast);
    expect(err).toContain("Looking: 1 of 2 sessions");
    expect(err).toContain("Stopping: 1 of 2 sessions, 1 have ended");
    const { outcomes, problems } = JSON.parse(out) as StopReport;
    expect([exit, outcomes.map(({ outcome }) => outcome)]).toEqual([4, ["stopped", "stopped"]]);
    expect(problems).toMatchObject([{ region: "us-west-2", code: "AccessDenied" }]);
    expect((await world.aws.ready()).map((text) => text.split(" ")[0])).toEqual(["us-west-2"]);
  });
});
