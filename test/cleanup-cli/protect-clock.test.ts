import { afterEach, describe, expect, it, vi } from "vitest";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const hourMs = 3_600_000;
const [session = ""] = (await world.aws.ready()).map((text) => text.split(" ")[2] ?? "");
world.aws.world.clock.advance(2 * hourMs);

interface Listed {
  readonly asOf: string;
  readonly clock: string;
  readonly protections: readonly { readonly until: string; readonly madeAt: string; readonly inForce: boolean }[];
}
const protect = async (state: string, ...argv: readonly string[]) => {
  const { exit, out, err } = await world.run(state, "protect", ...argv, "--json");
  const listed = JSON.parse(out) as Listed;
  expect(violations(publishedSchema("protect.schema.json"), listed)).toEqual([]);
  return { exit, err, listed };
};
const forHours = ["--for", "4h", "--why", "a demo"];

describe("a protection by hand, where the service's clock is two hours ahead of this machine's", () => {
  it("holds as long as was said, by the clock that plans and stops go by", async () => {
    const { exit, err, listed } = await protect("ahead", session, ...forHours);
    expect([exit, listed.clock, err]).toEqual([0, "service", expect.not.stringContaining("clock")]);
    const [made] = listed.protections;
    const untilMs = Date.parse(made?.until ?? "");
    expect(Math.abs(untilMs - world.aws.world.clock.now() - 4 * hourMs)).toBeLessThan(60_000);
    const { out } = await world.ask("ahead", "explain", session);
    expect(out).toMatch(/It is protected for (4 h|3 h 59 min) more/);
    expect((await world.run("ahead", "protect", "--list")).out).toMatch(/for (4 h|3 h 59 min)/);
  });
});

describe("a protection by hand, where AWS refuses to answer", () => {
  it("goes by the clock of the refusal", async () => {
    await world.aws.addFaults({ kind: "access-denied", operation: "GetCallerIdentity" });
    const { exit, err, listed } = await protect("refused", session, ...forHours);
    await world.aws.clearFaults();
    expect([exit, listed.clock, err]).toEqual([0, "service", expect.not.stringContaining("clock")]);
    expect(Math.abs(Date.parse(listed.asOf) - world.aws.world.clock.now())).toBeLessThan(60_000);
  });
});

describe("a protection by hand, where nobody can be asked", () => {
  afterEach(() => vi.stubEnv("AWS_ACCESS_KEY_ID", "111122223333"));

  it("is made by this machine's clock, which is said", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    const { exit, err, listed } = await protect("nobody", session, ...forHours);
    expect([exit, listed.clock, listed.protections.length]).toEqual([0, "machine", 1]);
    expect(err).toMatch(/could not be asked \(.+\), so that times here go by this machine's clock/);
    expect(Math.abs(Date.parse(listed.asOf) - Date.now())).toBeLessThan(60_000);
  });
});
