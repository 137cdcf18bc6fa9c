import { describe, expect, it } from "vitest";
import type { StopReport } from "../../core/reporting/stop-report.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { ask, run } = world;
const live = await world.aws.ready();
const idsOf = (interpreter: string): readonly string[] =>
  live.flatMap((text) => {
    const [, own, id] = text.split(" ");
    return own?.startsWith(interpreter) === true && id !== undefined ? [id] : [];
  });
const interpreterOf = (name: string): string =>
  live.map((text) => text.split(" ")[1] ?? "").find((id) => id.startsWith(name)) ?? "";

async function stopped(state: string, ...argv: readonly string[]): Promise<{ exit: number; report: StopReport }> {
  const { exit, out, err } = await ask(state, "stop", "--json", ...argv);
  expect(err).toBe("");
  const report = JSON.parse(out) as StopReport;
  expect(violations(publishedSchema("stop.schema.json"), report)).toEqual([]);
  return { exit, report };
}
const outcomes = ({ outcomes: all }: StopReport) => all.map(({ outcome, refusal }) => refusal ?? outcome);

describe("arm and disarm", () => {
  it("begin disarmed, and keep who turned the switch, when and why", async () => {
    const shown = await run("switch", "arm", "--show", "--json");
    expect(JSON.parse(shown.out)).toMatchObject({ state: "disarmed", by: null, before: null });
    const armed = await run("switch", "arm", "--why", "approved\u001b[31m", "--json");
    const json = JSON.parse(armed.out) as unknown;
    expect(violations(publishedSchema("switch.schema.json"), json)).toEqual([]);
    expect(json).toMatchObject({ state: "armed", by: "ada", why: "approved\u001b[31m", before: "disarmed" });
    const told = await run("switch", "arm", "--show");
    expect(told.out).toMatch(
      /^Stopping is armed \(ada at .*: approved\\e\[31m\)\. The switch is in .*switch\.sqlite\./,
    );
    expect(told.out).toContain("1 of 2 policies of sandmeter.policy.yaml enforce");
    expect((await run("switch", "disarm")).out).toContain("Stopping is disarmed, was armed (ada at");
  });

  it("keep the switch in the parameter that the configuration names", async () => {
    world.write("parameter.yaml", "cleanup: { switch: { parameter: /sandmeter/cleanup, region: us-east-1 } }\n");
    const armed = await run("parameter", "arm", "--config", "parameter.yaml", "--json");
    expect(JSON.parse(armed.out)).toMatchObject({ state: "armed", place: "parameter /sandmeter/cleanup in us-east-1" });
    expect(JSON.parse((await run("parameter", "arm", "--show", "--json")).out)).toMatchObject({ state: "disarmed" });
    const elsewhere = await run("other", "arm", "--show", "--json", "--config", "parameter.yaml");
    expect(JSON.parse(elsewhere.out)).toMatchObject({ state: "armed" });
  });

  it("lets anyone disarm whatever is wrong with the policies, and says loudly where that failed", async () => {
    world.write("wrong.policy.yaml", "version: 7\n");
    expect((await run("switch", "arm", "--policy", "wrong.policy.yaml")).exit).toBe(2);
    world.write("wrong.yaml", "cleanup: { policy: wrong.policy.yaml }\n");
    expect((await run("switch", "disarm", "--config", "wrong.yaml")).exit).toBe(0);
    await world.aws.addFaults({ kind: "access-denied", operation: "PutParameter" });
    const refused = await run("parameter", "disarm", "--config", "parameter.yaml");
    await world.aws.clearFaults();
    expect(refused.exit).toBe(1);
    expect(refused.err).toContain("STOPPING WAS NOT DISARMED");
  });
});

describe("protect", () => {
  const [session = ""] = idsOf("dark");
  it("protects a session, an interpreter or names for a while, lists them, and takes them away", async () => {
    await run("kept", "protect", session, "--for", "4h", "--why", "a demo");
    await run("kept", "protect", "tool-VbMl9Hi8I4", "--for", "2d", "--why", "moves");
    const { exit, out } = await run("kept", "protect", "--name", "^etl-", "--for", "1h", "--why", "night", "--json");
    expect(exit).toBe(0);
    const json = JSON.parse(out) as { protections: { match: object; by: string; inForce: boolean }[] };
    expect(violations(publishedSchema("protect.schema.json"), json)).toEqual([]);
    expect(json.protections).toMatchObject([
      { match: { session, interpreter: null }, by: "ada", why: "a demo", inForce: true },
      { match: { session: null, interpreter: "tool-VbMl9Hi8I4" } },
      { match: { session: null, name: "^etl-" } },
    ]);
    expect((await run("kept", "protect", "--list")).out).toContain(`session ${session}`);
    expect((await run("kept", "protect", session, "--remove")).exit).toBe(0);
    expect((await run("kept", "protect", "--list")).out).not.toContain(session);
    expect((await run("kept", "protect", session, "--remove")).err).toContain("there is no protection of session");
  });

  it("lapses: without an end there is none", async () => {
    const { exit, err } = await run("kept", "protect", "--name", "(", "--for", "4");
    expect(exit).toBe(2);
    expect(err.split("\n")).toEqual([
      expect.stringContaining("--name is no regular expression"),
      expect.stringContaining("--why is needed"),
      expect.stringContaining("--for 4 has no unit: say 4m or 4h"),
    ]);
    const none = await run("kept", "protect", "--name", "", "--for", "4h", "--why", "x");
    expect(none.err).toBe('--name must not be empty: a pattern such as "^etl-", or ".*" for every name');
    expect((await run("kept", "protect", session, "--why", "x")).err).toContain("--for is needed");
    expect((await run("kept", "protect", session, "--why", "x", "--for", "91d")).err).toContain("from 1m to 90d");
  });
});

describe("protect an id", () => {
  const forHours = ["--for", "4h", "--why", "x"];
  it.each(["nonsense", "proven", "tool-VbMl9", "my-agent"])("refuses what has no shape of one: %s", async (word) => {
    const { exit, err } = await run("typed", "protect", word, ...forHours);
    expect(exit).toBe(2);
    expect(err).toContain(`"${word}" is neither the id of a session nor of an interpreter`);
    expect((await run("typed", "protect", word, "--remove")).err).toContain("there is no protection of");
  });

  it.each(["01M7YG7PCY6ZWFCVH1RMZ5JJW5", "tool-VbMl9Hi8I4", "aws.codeinterpreter.v1"])(
    "protects %s, and warns where the state knows no live session of it",
    async (id) => {
      const { exit, out, err } = await run("typed", "protect", id, ...forHours);
      expect(exit).toBe(0);
      expect(out).toContain(id);
      expect(err).toContain(
        `no live session ${id.startsWith("01") ? "" : "of interpreter "}${id} is known to this state`,
      );
    },
  );

  it("does not warn of what was seen to live", async () => {
    const [dark = ""] = idsOf("dark");
    await run("seen", "watch", "--passes", "1", "--no-accounts", "--no-publish", "--json", ...world.fast);
    for (const id of [dark, interpreterOf("dark")]) {
      expect(await run("seen", "protect", id, ...forHours)).toMatchObject({ exit: 0, err: "" });
    }
    const other = await run("seen", "protect", `${dark.slice(0, -2)}00`, ...forHours);
    expect(other.err).toContain("is known to this state. The protection is made all the same");
  });
});

describe("stop", () => {
  const [first = "", second = ""] = idsOf("tool");
  const because = ["--reason", "incident 4711"];
  it("is a dry run by default, and tells what is protected", async () => {
    await run("hand", "arm");
    await run("hand", "protect", second, "--for", "1h", "--why", "a demo");
    const { exit, report } = await stopped("hand", first, second, ...because);
    expect(exit).toBe(4);
    expect(outcomes(report)).toEqual(["would-stop", "protected"]);
    expect(report).toMatchObject({
      acted: false,
      override: { by: "ada", reason: "incident 4711", protections: false },
    });
    expect(await world.stops()).toBe(0);
  });

  it("goes on where one of the sessions is not there, and says so", async () => {
    const { exit, report } = await stopped("hand", "01ABSENT", first, ...because);
    expect({ exit, outcomes: outcomes(report) }).toEqual({ exit: 4, outcomes: ["would-stop"] });
    expect(report.problems).toMatchObject([{ code: "SessionNotFound", message: expect.stringContaining("01ABSENT") }]);
    const none = await ask("hand", "stop", "01ABSENT", ...because, "--yes");
    expect(none.exit).toBe(1);
    expect(none.err).toMatch(/no live session 01ABSENT in .*us-east-1.*\nnothing was stopped/);
    expect(await world.stops()).toBe(0);
  });

  it("needs a reason, and words for whom", async () => {
    const { exit, err } = await run("hand", "stop", "--yes");
    expect(exit).toBe(2);
    expect(err).toBe(
      "say which sessions to stop, or --interpreter ID for all of an interpreter\n--reason is needed: it is kept with each stop",
    );
  });

  it("bars protected sessions unless that is overridden too, and keeps who did it and why", async () => {
    const held = await stopped("hand", second, ...because, "--yes");
    expect({ exit: held.exit, outcomes: outcomes(held.report) }).toEqual({ exit: 1, outcomes: ["protected"] });
    const lifted = { source: "hand", match: { session: second, name: null }, why: "a demo" };
    const seen = {
      outcomes: [
        {
          policy: expect.stringMatching(/^(leaks|watched)$/),
          protection: lifted,
          reason: expect.not.stringMatching(/no-policy|protected/),
        },
      ],
    };
    const { out: dry } = await ask("hand", "stop", second, ...because, "--override-protection");
    expect(dry).toMatch(
      new RegExp(`Would be overridden: the protection by hand of session ${second}, until .*: a demo`),
    );
    const done = await stopped("hand", second, ...because, "--yes", "--override-protection");
    expect(done.report).toMatchObject(seen);
    expect({ exit: done.exit, outcomes: outcomes(done.report) }).toEqual({ exit: 0, outcomes: ["stopped"] });
    const again = await stopped("hand", second, ...because, "--yes");
    expect({ exit: again.exit, outcomes: outcomes(again.report) }).toEqual({ exit: 0, outcomes: [] });
    const message = "it was stopped by hand (ada: incident 4711)";
    expect(again.report.ended).toMatchObject([{ session: second, region: "us-east-1", message }]);
    const { out } = await ask("hand", "explain", second);
    expect(out).toContain("by hand, ada: incident 4711; overrode the protection by hand of session");
    expect(out).toContain("CPU: usage records without a gap");
    expect(out).toMatch(/^Policy (leaks|watched): .*, idle after 15 min/m);
    expect(out).toContain("Decided again from the record, the decision is the same.");
    const json = JSON.parse((await ask("hand", "explain", second, "--json")).out) as { stops: object[] };
    expect(violations(publishedSchema("explain.schema.json"), json)).toEqual([]);
    expect(json.stops).toMatchObject([{ override: { protection: lifted } }]);
  });

  it("lets whoever overrides protections stop although the policy file is wrong, and says that nobody knows what it protects", async () => {
    world.write("unreadable.policy.yaml", "version: 7\n");
    const asked = ["stop", first, ...because, "--policy", "unreadable.policy.yaml"];
    expect((await ask("hand", ...asked)).exit).toBe(2);
    const { exit, out, err } = await ask("hand", ...asked, "--override-protection");
    expect(exit).toBe(0);
    expect(err).toContain("The policy file could not be read (");
    expect(out).toContain("Would be overridden: whatever protects it, which is not known");
    expect(out).not.toContain("No policy is about it");
  });

  it("stops nothing that the administrator keeps from every stop, whatever is overridden, and says so before", async () => {
    await world.stops();
    world.write("kept.yaml", `cleanup: { bounds: { neverStop: [{ session: ${JSON.stringify(first)} }] } }\n`);
    for (const yes of [[], ["--yes"]]) {
      const { report } = await stopped(
        "hand",
        ...[first, ...because, "--override-protection", "--config", "kept.yaml", ...yes],
      );
      expect(outcomes(report)).toEqual(["protected"]);
      expect(report.outcomes[0]?.message).toContain("cleanup.bounds.neverStop");
    }
    expect(await world.stops()).toBe(0);
  });

  it("stops all of an interpreter, what its policies only observe too, and nothing of another", async () => {
    await world.stops();
    const { report } = await stopped("hand", "--interpreter", interpreterOf("tool"), ...because, "--yes");
    expect(outcomes(report)).toEqual(["stopped", "stopped"]);
    expect(await world.stops()).toBe(2);
    expect((await world.aws.ready()).map((text) => text.split(" ")[1]?.split("-")[0]).toSorted()).toEqual([
      "busy",
      "dark",
    ]);
  });

  it("says of one that lives what keeps it", async () => {
    const [dark = ""] = idsOf("dark");
    const { out } = await ask("hand", "explain", dark);
    expect(out).toContain("As it is now: keep, unprovable");
    const at = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    expect(out).toMatch(new RegExp(`CPU: unknown \\(no-usage-logs\\), as of ${at}, asked for ${at} to ${at}: `));
    expect(out).toMatch(new RegExp(`began ${at}, 1h 5\\dm old; its time limit of 8h 00m ends it ${at}, 6h 0\\dm left`));
    expect(out).toMatch(
      new RegExp(`Status by Get: READY, asked ${at}\n +Last updated: ${at}, by the listing of ${at}\n`),
    );
    const json = JSON.parse((await ask("hand", "explain", dark, "--json")).out) as { ageSeconds: number };
    expect(violations(publishedSchema("explain.schema.json"), json)).toEqual([]);
    expect(json).toMatchObject({ timeoutSeconds: 28_800, evidence: { status: "READY" } });
    expect(json.ageSeconds).toBeGreaterThanOrEqual(6600);
    await run("hand", "protect", dark, "--for", "1h", "--why", "a demo");
    const { out: held } = await ask("hand", "explain", dark);
    expect(held).toContain("As it is now: keep, protected");
    expect(held).toContain("CPU: unknown (no-usage-logs)");
    expect((await ask("hand", "explain", "01ABSENT")).err).toContain("no live session 01ABSENT");
  });
});
