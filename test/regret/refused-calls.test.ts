import { describe, expect, it } from "vitest";
import { awsRefusedCalls } from "../../adapters/aws/refused-calls.ts";
import { type SessionId, sessionId } from "../../core/kernel/ids.ts";
import { signal } from "../aws/embedded.ts";
import { calledFleet, here, idOf, type Tool } from "../evidence/called-fleet.ts";

/** A session that was called, stopped in minute 30, and called again in minutes 31 and 40 if it is wanted. */
async function stoppedWorld(tool: Tool, isWanted: boolean, unknowns: Parameters<typeof calledFleet>[0] = {}) {
  const fleet = await calledFleet(unknowns);
  fleet.advance(20);
  const session = await fleet.start(tool);
  await fleet.invoke(tool, session, 30);
  fleet.advance(10);
  await fleet.stop(tool, session);
  const stoppedAt = fleet.now();
  const refused: number[] = [];
  for (const minutes of [1, 9]) {
    fleet.advance(minutes);
    if (!isWanted) continue;
    refused.push(fleet.now());
    await expect(fleet.invoke(tool, session, 30)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  }
  fleet.advance(6);
  const read = awsRefusedCalls(fleet.clients);
  const ask = async (stops: readonly SessionId[] = [session]) =>
    read(
      here,
      idOf(tool),
      stops.map((each) => ({ session: each, stoppedAt })),
      fleet.now(),
      signal,
    );
  return { fleet, session, ask, refused, ofIt: async () => (await ask()).get(session) };
}

describe.each(["told", "logged"] as const)("calls that came for a stopped session (%s)", (tool) => {
  it.each(["start", "completion"] as const)(
    "are those after its stop alone, stamped at their %s",
    async (callLogStamp) => {
      const { ofIt, refused } = await stoppedWorld(tool, true, { callLogStamp });
      const found = await ofIt();
      if (found?.kind !== "known") throw new Error(found?.message ?? "nothing was said");
      expect(found.at).toHaveLength(2);
      for (const [index, at] of found.at.entries()) expect(at - (refused[index] ?? 0)).toBeLessThan(1000);
    },
  );

  it("are none where nobody wanted it, and none of another session", async () => {
    const { ask, fleet, session } = await stoppedWorld(tool, false);
    const other = await fleet.start(tool);
    await fleet.invoke(tool, other, 1);
    fleet.advance(10);
    const found = await ask([session, sessionId("01GONE")]);
    expect([...found]).toEqual([
      [session, { kind: "known", at: [] }],
      ["01GONE", { kind: "known", at: [] }],
    ]);
  });
});

describe("calls that came for a stopped session", () => {
  it("are not known where neither logs nor spans are on: what to turn on is said", async () => {
    const { ofIt } = await stoppedWorld("dark", true);
    expect(await ofIt()).toMatchObject({
      kind: "unknown",
      code: "no-call-logs",
      message: expect.stringContaining("turn on"),
    });
  });

  it.each([
    ["access-denied", "FilterLogEvents", "logs:FilterLogEvents"],
    ["error", "FilterLogEvents", "failed in the service"],
    ["throttle", "FilterLogEvents", "throttled"],
  ] as const)("are not known where %s strikes %s", async (kind, operation, said) => {
    const { ofIt, fleet } = await stoppedWorld("logged", true);
    await fleet.addFaults({ kind, operation });
    expect(await ofIt()).toMatchObject({ kind: "unknown", code: "failed", message: expect.stringContaining(said) });
  });

  it("are read from logs where spans cannot be read, and from the usual group where deliveries cannot", async () => {
    const { ofIt, fleet } = await stoppedWorld("told", true);
    await fleet.addFaults({ kind: "access-denied", operation: "FilterLogEvents", times: 1 });
    expect(await ofIt()).toMatchObject({ kind: "known", at: [expect.any(Number), expect.any(Number)] });
    await fleet.clearFaults();
    const again = await stoppedWorld("logged", true);
    await again.fleet.addFaults({ kind: "access-denied", operation: "DescribeDeliveries" });
    expect(await again.ofIt()).toMatchObject({ kind: "known", at: [expect.any(Number), expect.any(Number)] });
  });

  it("ask nothing where nothing was stopped", async () => {
    const { ask, fleet } = await stoppedWorld("told", false);
    await fleet.takeCalls();
    expect((await ask([])).size).toBe(0);
    expect(await fleet.takeCalls()).toEqual({});
  });
});
