import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld } from "../../local/create-world.ts";
import { type LoadedFleet, loadFleet } from "../../local/fleet/load-fleet.ts";
import { truthOf } from "../../local/truth.ts";
import { handClock, startAt } from "./fixtures.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function load(text: string): Promise<LoadedFleet> {
  const path = join(folder, "fleet.json");
  await writeFile(path, text);
  return loadFleet(path);
}

async function problemsOf(text: string): Promise<string[]> {
  const loaded = await load(text);
  if (loaded.ok) return [];
  return loaded.problems.map((problem) => problem.replace(join(folder, "fleet.json"), "fleet.json"));
}

describe("a fleet from a file", () => {
  it("is built as it says, in times from the start of the clock", async () => {
    const loaded = await load(
      JSON.stringify({
        firstAccount: "222233334444",
        optedInRegions: ["eu-south-2"],
        places: [
          {
            region: "eu-south-2",
            appliedQuotas: { sessions: 7 },
            interpreters: [{ name: "tool", id: "tool-VbMl9Hi8I4", networkMode: "VPC" }],
            sessions: [
              { interpreter: "tool", profile: "steady", count: 2, createdSeconds: -60, names: ["a"] },
              { interpreter: "system", profile: "idle-leak", count: 1, createdSeconds: -90, stopAfterSeconds: 30 },
            ],
          },
        ],
      }),
    );
    if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
    const world = createWorld({ fleet: loaded.fleet, seed: 1, clock: handClock() });
    const place = world.place("222233334444", "eu-south-2");
    expect(place?.appliedQuotas.get("L-CAF6F552")).toBe(7);
    expect(place?.interpreters.get("tool-VbMl9Hi8I4")).toMatchObject({ kind: "CUSTOM", networkMode: "VPC" });
    expect(world.place("555566667777", "eu-south-2")).not.toBeNull();
    const at = (ms: number): string => new Date(startAt + ms).toISOString();
    const lives = truthOf(world, { cost: false }).sessions.map(
      ({ interpreter, name, status, createdAt, endedAt, endedBy }) => ({
        interpreter,
        name,
        status,
        createdAt,
        endedAt,
        endedBy,
      }),
    );
    const steady = {
      interpreter: "tool-VbMl9Hi8I4",
      name: "a",
      status: "READY",
      createdAt: at(-60_000),
      endedAt: null,
      endedBy: null,
    };
    expect(lives).toEqual([
      {
        interpreter: "aws.codeinterpreter.v1",
        name: null,
        status: "TERMINATED",
        createdAt: at(-90_000),
        endedAt: at(-60_000),
        endedBy: "stop",
      },
      steady,
      steady,
    ]);
  });

  it("is refused with all its problems at once", async () => {
    const bad = {
      firstAccount: "12",
      place: [],
      places: [
        {
          region: "nowhere",
          interpreters: [{ name: "a" }, { name: "a" }, { name: "9x" }, { name: "system" }],
          sessions: [{ interpreter: "zz", profile: "lazy", count: 0, createdSeconds: [5, 1], stopAfterSeconds: -1 }],
        },
        { region: "us-east-1" },
        { region: "us-east-1" },
      ],
    };
    const problems = await problemsOf(JSON.stringify(bad));
    const wheres = problems.map((problem) => problem.replace("fleet.json: ", "").split(":")[0]);
    expect(wheres.sort()).toEqual([
      "firstAccount",
      "places[0].interpreters[1].name",
      "places[0].interpreters[2].name",
      "places[0].interpreters[3].name",
      "places[0].region",
      "places[0].sessions[0].count",
      "places[0].sessions[0].createdSeconds",
      "places[0].sessions[0].interpreter",
      "places[0].sessions[0].profile",
      "places[0].sessions[0].stopAfterSeconds",
      "places[2]",
      "the fleet",
    ]);
    expect(problems.find((problem) => problem.includes("the fleet"))).toContain('"place"');
  });

  it.each([
    ["no JSON", "{", /^fleet\.json is not JSON: /],
    ["no object", "[]", /^fleet\.json: the fleet: .*object/],
  ])("is refused where it is %s", async (_, text, message) => {
    const problems = await problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it("is refused where the file cannot be read", async () => {
    const loaded = await loadFleet(join(folder, "absent.json"));
    expect(loaded).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/absent\.json could not be read: ENOENT/)],
    });
  });

  it("can be the example of the documentation", async () => {
    const page = await readFile("docs/embedded-aws-fleets.md", "utf8");
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    expect(await problemsOf(example)).toEqual([]);
  });
});
