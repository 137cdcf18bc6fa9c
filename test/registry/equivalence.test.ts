import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { dynamodbRegistry } from "../../adapters/dynamodb/registry.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import type { Registry } from "../../core/ports/registry.ts";
import { localDynamo } from "./dynalite-table.ts";
import { change, event, here, sessionRecord, start, there } from "./records.ts";

const { newClient, newTable } = await localDynamo();
const client = newClient();
afterAll(() => client.destroy());

/** What a run can do to a registry, at some time after the step before. */
type Step = { readonly afterMs: number; readonly away: boolean } & (
  | {
      readonly kind: "commit";
      /** How far the revision is off what is there. */
      readonly off: number;
      readonly sessions: readonly { readonly id: string; readonly gone: boolean }[];
      readonly events: readonly string[];
    }
  | { readonly kind: "add"; readonly ids: readonly string[] }
  | { readonly kind: "take"; readonly forMs: number }
  | { readonly kind: "settle"; readonly sent: readonly string[]; readonly unsent: readonly string[] }
);

const ids = (prefix: string) => fc.constantFrom(...["1", "2", "3", "4"].map((it) => prefix + it));
const some = <T>(item: fc.Arbitrary<T>, key: (it: T) => string) =>
  fc.uniqueArray(item, { maxLength: 4, selector: key });
const step: fc.Arbitrary<Step> = fc
  .tuple(
    fc.record({ afterMs: fc.integer({ min: 1, max: 50_000 }), away: fc.boolean() }),
    fc.oneof(
      fc.record({
        kind: fc.constant("commit" as const),
        off: fc.constantFrom(0, 0, 0, 0, -1, 1),
        sessions: some(fc.record({ id: ids("s"), gone: fc.boolean() }), (it) => it.id),
        events: some(ids("e"), (it) => it),
      }),
      fc.record({ kind: fc.constant("add" as const), ids: some(ids("s"), (it) => it) }),
      fc.record({ kind: fc.constant("take" as const), forMs: fc.integer({ min: 1, max: 90_000 }) }),
      fc.record({
        kind: fc.constant("settle" as const),
        sent: some(ids("e"), (it) => it),
        unsent: some(ids("e"), (it) => it),
      }),
    ),
  )
  .map(([common, own]) => ({ ...common, ...own }));

/** Everything that a caller can see while the steps are done. */
async function observed(registry: Registry & Outbox, steps: readonly Step[]): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  let at: Instant = start;
  for (const it of steps) {
    at = plusMs(at, it.afterMs);
    const target = it.away ? there : here;
    switch (it.kind) {
      case "commit": {
        const { revision } = await registry.load(target);
        const sessions = it.sessions.map(({ id, gone }) =>
          sessionRecord(id, { lastSeenAt: at, goneAt: gone ? at : null }),
        );
        const newEvents = it.events.map((id) => event(id, at));
        seen.push(await registry.commit(target, revision + it.off, change({ at, sessions, newEvents })));
        break;
      }
      case "add":
        await registry.addGone(
          target,
          it.ids.map((id) => ({ ...sessionRecord(id, { name: "added", lastSeenAt: at }), goneAt: at })),
        );
        break;
      case "take":
        seen.push(await registry.take(target, at, plusMs(at, it.forMs)));
        break;
      case "settle":
        await registry.settle(target, it.sent, it.unsent);
        break;
      default:
        it satisfies never;
    }
    seen.push(await registry.load(target), await registry.goneSince(target, start));
  }
  return seen;
}

const steps = fc.array(step, { minLength: 1, maxLength: 12 });

describe("whatever is done to them", () => {
  it("SQLite and memory look the same", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const sqlite = sqliteRegistry(":memory:");
        try {
          expect(await observed(sqlite, all)).toEqual(await observed(memoryRegistry(), all));
        } finally {
          sqlite.close();
        }
      }),
      { numRuns: 150 },
    );
  });

  it("DynamoDB and memory look the same", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const dynamodb = dynamodbRegistry(client, await newTable());
        expect(await observed(dynamodb, all)).toEqual(await observed(memoryRegistry(), all));
      }),
      { numRuns: 25 },
    );
  });
});
