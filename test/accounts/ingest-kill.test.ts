import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import type { IngestPorts } from "../../core/jobs/ingest/pass.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { latenessOf } from "../../core/ledger/late-records.ts";
import { priceLists, settings, wholeText } from "../ledger/account-fixtures.ts";
import { bench, bucket, type Delivery, hour, keyOf, later, logGroup, minute } from "./ingest-fixture.ts";

const sessions = ["A", "B", "C"];

/** Throws at the `n`-th write, before it or after it took effect. */
function killedAt(
  n: number,
  when: "before" | "after",
): { ports: Partial<IngestPorts>; writes: () => number; mend: () => void } {
  const ledger = memoryLedger();
  const documents = memoryDocuments();
  let writes = 0;
  let mended = false;
  const guard = async <T>(write: () => Promise<T>): Promise<T> => {
    writes += 1;
    const isHit = writes === n && !mended;
    if (isHit && when === "before") throw new Error("killed");
    const result = await write();
    if (isHit) throw new Error("killed");
    return result;
  };
  return {
    ports: {
      ledger: {
        ...ledger,
        put: (session) => guard(() => ledger.put(session)),
        advance: (of, mark) => guard(() => ledger.advance(of, mark)),
      },
      documents: { ...documents, write: (name, document) => guard(() => documents.write(name, document)) },
    },
    writes: () => writes,
    mend: () => {
      mended = true;
    },
  };
}

const redelivered = (deliveries: readonly Delivery[]): readonly Delivery[] =>
  deliveries.flatMap((it, i) => (i % 7 === 0 ? [it, { ...it, deliveredAt: plusMs(it.deliveredAt, minute) }] : [it]));

describe("a pass that is killed", () => {
  const deliveries = redelivered(
    sessions.flatMap((session, i) =>
      Array.from({ length: 40 }, (_, n) => ({
        key: keyOf(session),
        figures: {
          at: later(i * 20 * minute + n * 53_000),
          elapsedSeconds: 1,
          vcpuHours: 0.0001 * n,
          gbHours: 0.0003 + 0.00001 * ((n * 7) % 13),
        },
        deliveredAt: later(i * 20 * minute + n * 53_000 + ((n * 11) % 60) * minute),
      })),
    ),
  );
  const passes = [later(70 * minute), later(3 * hour), later(4.5 * hour), later(5 * hour), later(40 * hour)];
  const kinds = [
    { name: "log group", place: logGroup() },
    { name: "bucket", place: bucket() },
  ];

  const run = async (place: (typeof kinds)[number]["place"], n: number, when: "before" | "after") => {
    const { ports, writes, mend } = killedAt(n, when);
    const one = bench(deliveries, { place, ports });
    for (const id of one.usage.located.keys()) one.usage.located.set(id, { kind: "found", location: place });
    let kills = 0;
    for (const at of passes) {
      const isKilled = await one.pass(at).then(
        () => false,
        (error: unknown) => {
          if ((error as Error).message !== "killed") throw error;
          return true;
        },
      );
      if (!isKilled) continue;
      kills += 1;
      mend();
      await one.pass(at);
    }
    const texts = await Promise.all(sessions.map((session) => one.text(session)));
    const stored = await Promise.all(sessions.map((session) => one.stored(session)));
    return {
      texts,
      bills: stored.map((it) => it?.bill),
      late: stored.map((it) => (it === null ? null : latenessOf(it.account))),
      marks: await one.ports.ledger.marks(keyOf("A")),
      kills,
      writes: writes(),
    };
  };

  it.each(kinds)(
    "at any write leaves what the next one needs to come to the same figures: $name",
    async ({ place }) => {
      const calm = await run(place, 0, "before");
      expect(calm.texts).toEqual(
        sessions.map((session) => {
          const own = deliveries.filter(({ key }) => key.session === session).map((it) => it.figures);
          const text = wholeText(own, priceLists.newRule, settings);
          return place.windows === "stamp" ? text : expect.stringContaining(text.slice(text.indexOf('"firstAt"')));
        }),
      );
      for (let n = 1; n <= calm.writes; n += 1) {
        for (const when of ["before", "after"] as const) {
          const killed = await run(place, n, when);
          expect({ ...killed, kills: 0, writes: 0 }, `killed ${when} write ${n}`).toEqual({ ...calm, writes: 0 });
          expect(killed.kills).toBe(1);
        }
      }
    },
  );
});
