import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { run } = world;
const instead = "Until it is, end what runs `watch --policy`";

describe("disarm where the state holds the switch", () => {
  it("says loudly that a damaged state was not disarmed, and what to do instead", async () => {
    world.write("damaged.sqlite", "\u0001\u0002these are no bytes of a state".repeat(300));
    const { exit, err, out } = await run("damaged", "disarm");
    expect({ exit, out }).toEqual({ exit: 1, out: "" });
    expect(err).toContain("STOPPING WAS NOT DISARMED: ");
    expect(err).toContain("damaged.sqlite");
    expect(err).toContain(instead);
  });

  it("says so where nothing can be written at its place", async () => {
    world.write("a-file", "no folder");
    const { exit, err } = await run("a-file/state", "disarm");
    expect(exit).toBe(1);
    expect(err).toContain("STOPPING WAS NOT DISARMED: ");
    expect(err).toContain(instead);
    mkdirSync(path.join(world.folder(), "folder.sqlite"));
    expect((await run("folder", "disarm")).err).toContain("STOPPING WAS NOT DISARMED: ");
  });

  it("raises no alarm where it was only to be shown, and says of arming that it was not done", async () => {
    world.write("shown.sqlite", "no bytes of a state".repeat(300));
    expect((await run("shown", "disarm", "--show")).err).not.toContain("DISARMED");
    expect((await run("shown", "arm")).err).toContain("stopping was not armed: ");
  });
});

describe("arm --show beside a policy file that is wrong", () => {
  const wrong = ["--policy", "wrong.policy.yaml"];
  it("shows the switch all the same, with what is wrong as a note", async () => {
    world.write("wrong.policy.yaml", "version: 7\n");
    await run("noted", "arm");
    const { exit, out, err } = await run("noted", "arm", "--show", ...wrong);
    expect(exit).toBe(0);
    expect(out).toContain("Stopping is armed (ada at ");
    expect(out).not.toContain("No policy file is here");
    expect(err).toContain("The policy file could not be read (");
    expect(err).toContain("wrong.policy.yaml");
    const json = JSON.parse((await run("noted", "arm", "--show", "--json", ...wrong)).out) as unknown;
    expect(violations(publishedSchema("switch.schema.json"), json)).toEqual([]);
    expect(json).toMatchObject({ state: "armed", problems: [expect.stringContaining("wrong.policy.yaml")] });
  });

  it("arms nothing beside it", async () => {
    expect((await run("refused", "arm", ...wrong)).exit).toBe(2);
    expect(JSON.parse((await run("refused", "arm", "--show", "--json")).out)).toMatchObject({
      state: "disarmed",
      problems: [],
    });
  });
});
