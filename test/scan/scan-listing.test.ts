import { describe, expect, it } from "vitest";
import { scan } from "../../core/jobs/scan/scan.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { UnknownBehaviours } from "../../local/world.ts";
import { type Embedded, embedded, signal } from "../aws/embedded.ts";
import { scanInput } from "./fake-sandboxes.ts";

const idle = { profile: "idle-leak" as const, createdSeconds: [-800, -10] as [number, number] };

const listed = async (aws: Embedded, pageSize: number): Promise<readonly string[]> => {
  const input = scanInput(["us-east-1"], { lookUp: { sessions: false, interpreters: false } });
  const { targets, complete } = await scan(aws.ports(pageSize))(instant(aws.world.clock.now()), input, signal);
  expect(complete).toBe(true);
  return targets
    .flatMap((target) => target.sessions.map((it) => `${it.target.region} ${it.interpreter} ${it.id}`))
    .toSorted();
};

describe("a thousand sessions", () => {
  it.each([10, 100])("none lost and none twice at page size %i", async (pageSize) => {
    const aws = await embedded({
      places: [
        {
          region: "us-east-1",
          interpreters: [{ name: "tool" }],
          sessions: [
            { interpreter: "tool", ...idle, count: 995 },
            { interpreter: "system", ...idle, count: 5 },
          ],
        },
      ],
    });
    const seen = await listed(aws, pageSize);
    expect(seen).toHaveLength(1000);
    expect(new Set(seen).size).toBe(1000);
    expect(seen).toEqual(await aws.ready());
    // 995 sessions and 5, with a page more where the last one is full and still has a token.
    const pages = Math.ceil(995 / pageSize) + 1;
    const calls = (await aws.takeCalls())["ListCodeInterpreterSessions"] ?? 0;
    expect(calls).toBeGreaterThanOrEqual(pages);
    expect(calls).toBeLessThanOrEqual(pages + 2);
  });
});

describe("what AWS does not document changes nothing", () => {
  it.each<Partial<UnknownBehaviours>>([
    { untypedListing: "all" },
    { untypedListing: "custom" },
    { interpreterPageMax: 100 },
    { interpreterPageMax: 3 },
    { lastUpdatedAt: "created" },
    { lastUpdatedAt: "invocation" },
  ])("%j", async (unknowns) => {
    const aws = await embedded(
      {
        places: [
          {
            region: "us-east-1",
            interpreters: Array.from({ length: 11 }, (_, index) => ({ name: `tool_${index}` })),
            sessions: [
              ...Array.from({ length: 11 }, (_, index) => ({ interpreter: `tool_${index}`, ...idle, count: 2 })),
              { interpreter: "system", ...idle, count: 2 },
            ],
          },
        ],
      },
      { unknowns },
    );
    const seen = await listed(aws, 100);
    expect(seen).toHaveLength(24);
    expect(seen).toEqual(await aws.ready());
  });
});
