import { expect } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { worksWithin } from "./lives.ts";
import type { Asked, World } from "./sweep-world.ts";

/** What holds of all runs together, whatever happened to them. `idleAfterMs` null: some were stopped by hand. */
export function holdLaws(world: World, idleAfterMs: number | null = 15 * 60_000): void {
  const bySession = Map.groupBy(world.asked, ({ session }) => session);
  for (const [session, asked] of bySession) {
    holdOrder(asked);
    // No session is stopped twice, and a second Stop is only sent where Get said READY after the first.
    expect(asked.filter(({ op, worked }) => op === "stop" && worked === true).length).toBeLessThanOrEqual(1);
    const stopped = asked.find(({ op, worked }) => op === "stop" && worked === true);
    const life = world.lives.get(session);
    if (stopped === undefined || life === undefined || idleAfterMs === null) continue;
    // H is no earlier than the lag of the records before, and no later than the stop.
    const horizon = plusMs(stopped.at, -world.lagMs);
    expect(worksWithin(life, { from: plusMs(horizon, -idleAfterMs), until: horizon }), `${session} works`).toBe(false);
  }
}

/** Every Stop has its own intent before it, and Get between it and the one before. */
function holdOrder(asked: readonly Asked[]): void {
  let intent: string | undefined;
  let seenReady = false;
  for (const { op, token, ready } of asked) {
    if (op === "intent") intent = token;
    if (op === "get") seenReady = ready === true;
    if (op !== "stop") continue;
    expect(token).toBe(intent);
    expect(seenReady).toBe(true);
    intent = undefined;
    seenReady = false;
  }
}

/** No intent is left open: each has its outcome. */
export async function holdOutcomes(world: World): Promise<void> {
  const stops = world.asked.filter(({ op }) => op === "stop");
  const all = await Promise.all([...world.lives.keys()].map((id) => world.recordsOf(id)));
  const byToken = new Map(all.flat().map((record) => [record.clientToken, record]));
  for (const { token } of stops) {
    const record = byToken.get(token ?? "");
    expect(record?.state).not.toBe("intended");
    expect(record?.decidedAt).not.toBeNull();
  }
  expect(all.flat().filter(({ state }) => state === "intended")).toEqual([]);
}
