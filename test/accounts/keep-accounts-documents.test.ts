import { describe, expect, it } from "vitest";
import { readInterpreterTags } from "../../core/attribution/interpreter-tags.ts";
import { type InterpreterId, interpreterId } from "../../core/kernel/ids.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import type { Documents } from "../../core/ports/documents.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { passes, remembered, story, worldOf } from "./keep-fixture.ts";
import { minutes, target } from "./settle-fixture.ts";

const dayMs = 24 * 3_600_000;

/** Documents of which those that begin with `prefix` cannot be written. */
const refusing = (documents: Documents, prefix: string): Documents => ({
  ...documents,
  write: async (name, document) => {
    if (!name.startsWith(prefix)) return documents.write(name, document);
    throw new RegistryError("too-large", `${name} has no room`);
  },
});

describe("a document that cannot be written", () => {
  it.each(["tags", "settled", "locations", "clock", "history", "accounts"])(
    "named %s costs its own purpose alone, and is told",
    async (prefix) => {
      const whole = worldOf(story);
      for (const now of passes) await whole.passAt(now);
      const world = worldOf(story);
      const ports = { ...world.ports, documents: refusing(world.ports.documents, prefix) };
      for (const now of passes) {
        const { targets } = await world.passAt(now, ports);
        const told = targets.flatMap(({ problems }) => problems.map(({ code, message }) => [code, message]));
        expect(told).toContainEqual(["StateUnavailable", expect.stringContaining(`${prefix}/111122223333`)]);
        expect(targets.map(({ status }) => status)).toEqual(["partial"]);
      }
      expect(await remembered(world)).toEqual(await remembered(whole));
    },
  );
});

describe("tags of an interpreter that is gone", () => {
  const later = (days: number) => plusMs(minutes(40), days * dayMs);

  it.each([
    [399, true],
    [402, false],
  ])("are, %i days later, still remembered: %s", async (days, isKept) => {
    const world = worldOf({ deliveries: [], sessions: [], hours: new Map() });
    const gone = interpreterId("gone-VbMl9Hi8I4");
    const listing = (ids: readonly InterpreterId[]) => async () => ({
      items: ids.map((id) => ({ id, arn: "", kind: "CUSTOM" as const, name: null, status: "READY", createdAt: null })),
      problems: [],
      complete: true,
    });
    const portsWith = (...ids: readonly InterpreterId[]) => ({
      ...world.ports,
      sandboxes: { ...world.ports.sandboxes, listInterpreters: listing(ids) },
    });
    const stays = interpreterId("stays-VbMl9Hi8I4");
    await world.passAt(later(0), portsWith(gone, stays));
    await world.passAt(later(days), portsWith(stays));
    const { byInterpreter } = await readInterpreterTags(world.ports.documents, target);
    expect([byInterpreter.has(gone), byInterpreter.has(stays)]).toEqual([isKept, true]);
  });
});
