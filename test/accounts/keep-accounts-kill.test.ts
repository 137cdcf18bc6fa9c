import { expect, it } from "vitest";
import type { AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { instant } from "../../core/kernel/instant.ts";
import { openIn, passes, remembered, story, type World, worldOf } from "./keep-fixture.ts";
import { target } from "./settle-fixture.ts";

const killed = new Error("killed");

/** Ports whose write number `writes`, counted from 0, kills the process, before or after it took effect. */
function dyingAt(ports: AccountsPorts, writes: number, when: "before" | "after"): AccountsPorts {
  let left = writes;
  const dying =
    <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const dies = left-- === 0;
      // A dead process writes nothing more, also of what it had under way.
      if (left < -1 || (dies && when === "before")) throw killed;
      const result = await write(...args);
      if (dies) throw killed;
      return result;
    };
  const { ledger, history, documents, registry } = ports;
  return {
    ...ports,
    ledger: { ...ledger, put: dying(ledger.put), advance: dying(ledger.advance) },
    history: { ...history, write: dying(history.write), restated: dying(history.restated) },
    documents: { ...documents, write: dying(documents.write) },
    registry: { ...registry, addGone: dying(registry.addGone) },
  };
}

const unlistedIn = ({ ports }: World) => ports.registry.goneSince(target, instant(0));

/** All passes; in that of number `pass` the process is killed at one of its writes, and started again. False: it had no such write. */
async function livedThrough(world: World, pass: number, writes: number, when: "before" | "after"): Promise<boolean> {
  let died = false;
  for (const [index, now] of passes.entries()) {
    if (index === pass) {
      died = await world.passAt(now, dyingAt(world.ports, writes, when)).then(
        () => false,
        (error: unknown) => {
          if (error !== killed) throw error;
          return true;
        },
      );
      if (!died) return false;
    }
    await world.passAt(now);
  }
  return true;
}

it.each(["before", "after"] as const)(
  "killed %s any write of a whole life of sessions, a rerun comes to the same bills, audit and totals",
  async (when) => {
    const alone = worldOf(story);
    for (const now of passes) await alone.passAt(now);
    const wanted = await remembered(alone);
    const inventory = await unlistedIn(alone);
    expect(inventory.map(({ session }) => session)).toContain("unseen");
    let kills = 0;
    for (const pass of passes.keys()) {
      for (let writes = 0; ; writes += 1) {
        const world = worldOf(story);
        if (!(await livedThrough(world, pass, writes, when))) break;
        kills += 1;
        expect(await remembered(world)).toEqual(wanted);
        expect(await unlistedIn(world)).toEqual(inventory);
        expect(await openIn(world)).toEqual([]);
      }
    }
    expect(kills).toBeGreaterThan(60);
  },
);
