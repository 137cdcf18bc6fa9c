import { describe, expect, it } from "vitest";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const leak = { interpreter: "tool", profile: "idle-leak" as const, createdSeconds: -6600, timeoutSeconds: 28_800 };
const world = await cleanupWorld({
  places: [
    {
      region: "us-east-1",
      interpreters: [
        { name: "tool", usageLogs: { bucket: "usage" } },
        { name: "hand", usageLogs: false },
      ],
      sessions: [
        { ...leak, count: 2, names: ["planned"] },
        { ...leak, interpreter: "hand", count: 4, names: ["watched"] },
      ],
    },
  ],
});
const { ask, run } = world;
const idsOf = async (interpreter: string): Promise<readonly string[]> =>
  (await world.aws.ready()).flatMap((text) => {
    const [, own, id] = text.split(" ");
    return own?.startsWith(interpreter) === true && id !== undefined ? [id] : [];
  });

interface Received {
  readonly id: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>> & { readonly id: string; readonly session: string };
}
const seen = new Set<string>();
/** What was received of clean-up since the last call, oldest first. */
async function heard(): Promise<readonly Received[]> {
  const answer = await fetch(`${world.aws.url}/_local/events`);
  const { events } = (await answer.json()) as { events: readonly Received[] };
  const fresh = events.filter(({ id, "detail-type": type }) => !seen.has(id) && type.startsWith("Session "));
  for (const { id } of fresh) seen.add(id);
  for (const { "detail-type": type, detail } of fresh) {
    const file = `../events/${type.toLowerCase().replaceAll(" ", "-")}.schema.json`;
    expect(violations(publishedSchema(file), detail)).toEqual([]);
  }
  return fresh;
}
const told = (events: readonly Received[]): readonly string[] =>
  events.map(({ "detail-type": type, detail }) => `${type.slice("Session ".length)} ${detail.session}`);
const stop = (state: string, session: string, ...flags: readonly string[]) =>
  ask(state, "stop", session, "--reason", "it burns", "--yes", ...flags);

describe("stops by persons, where no watch runs", () => {
  it("are told before the first of a plan that is applied, and after, each once, whoever looks later", async () => {
    const leaks = (await idsOf("tool")).toSorted();
    expect((await ask("applied", "plan", "--out", "applied.json")).exit).toBe(0);
    const off = await ask("applied", "apply", "applied.json", "--yes");
    expect(off.err).toBe("");
    // Where the switch is off, nothing is about to be stopped.
    expect(told(await heard())).toEqual([]);
    await run("applied", "arm");
    expect((await ask("applied", "apply", "applied.json", "--yes")).err).toBe("");
    const events = await heard();
    expect(told(events).slice(0, 2).toSorted()).toEqual(leaks.map((id) => `Stop Planned ${id}`));
    expect(told(events).slice(2).toSorted()).toEqual(leaks.map((id) => `Stopped ${id}`));
    for (const { detail } of events) expect(detail).toMatchObject({ reason: "idle-observed", override: null });

    await ask("applied", "apply", "applied.json", "--yes");
    const watched = await ask("applied", "watch", "--once", "--policy", "sandmeter.policy.yaml");
    expect(watched.exit).toBe(0);
    expect(told(await heard()).filter((text) => leaks.some((id) => text.includes(id)))).toEqual([]);
  });

  it("are told before and after one by hand, with who does it and why", async () => {
    const [session = ""] = await idsOf("hand");
    await run("hand", "arm");
    expect((await stop("hand", session)).err).toBe("");
    const events = await heard();
    expect(told(events)).toEqual([`Stop Planned ${session}`, `Stopped ${session}`]);
    for (const { detail } of events) expect(detail).toMatchObject({ override: { by: "ada", reason: "it burns" } });
  });

  it("are stopped where nobody can be told, which the standard error says, and told with the next one", async () => {
    const [first = "", second = ""] = await idsOf("hand");
    await run("untold", "arm");
    await world.aws.addFaults({ kind: "access-denied", operation: "PutEvents" });
    const { exit, err } = await stop("untold", first);
    await world.aws.clearFaults();
    expect(exit).toBe(0);
    expect(err).toMatch(/^1 of 1 events were not sent \(.+\)\. They wait in the state.+\n2 of 2 events were not sent/);
    expect(await heard()).toEqual([]);
    expect((await stop("untold", second)).err).toBe("");
    expect(told(await heard())).toEqual([
      `Stop Planned ${first}`,
      `Stopped ${first}`,
      `Stop Planned ${second}`,
      `Stopped ${second}`,
    ]);
  });

  it("are told nobody with --no-publish, and in a dry run", async () => {
    const [session = ""] = await idsOf("hand");
    await run("silent", "arm");
    await ask("silent", "stop", session, "--reason", "it burns");
    expect(await stop("silent", session, "--no-publish")).toMatchObject({ exit: 0, err: "" });
    expect(await heard()).toEqual([]);
    const both = await stop("silent", session, "--no-publish", "--publish-region", "us-east-1");
    expect(both.err).toContain("leave one out");
  });
});
