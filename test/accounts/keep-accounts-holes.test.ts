import { copyFileSync, mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { keptClosedMs } from "../../core/ports/ledger.ts";
import { collect } from "../history/collect.ts";
import { always } from "../history/fixture.ts";
import { sessionsOf, type World, worldOf } from "./keep-fixture.ts";
import { begin, minutes, prices, seconds, seen } from "./settle-fixture.ts";

const hour = 60;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-holes-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sessionAt = (name: string, at: number) => ({
  delivery: { session: name, at: minutes(at + 20), records: seconds(minutes(at), minutes(at + 1)) },
  record: seen(name, {
    createdAt: minutes(at),
    firstSeenAt: minutes(at),
    lastSeenAt: minutes(at + 1),
    goneAt: minutes(at + 10),
  }),
});

/** Sessions of two days, both closed, with history in a folder; and what later ones there are. */
async function closedWorld(...later: readonly (readonly [string, number])[]): Promise<World> {
  const all = [["a", 0] as const, ["b", 12 * hour] as const, ...later].map(([name, at]) => sessionAt(name, at));
  const world = worldOf({
    deliveries: all.map(({ delivery }) => delivery),
    sessions: all.map(({ record }) => record),
    hours: new Map(),
  });
  let clock = begin;
  const history = parquetHistory(folderStore(folder), { prices, gb: "binary" }, { now: () => clock });
  const passAt: World["passAt"] = (now, ports = world.ports) => {
    clock = now;
    return world.passAt(now, { ...ports, history });
  };
  const made = { ...world, ports: { ...world.ports, history }, passAt };
  for (const at of [40, 200, 12 * hour + 40, 16 * hour]) await made.passAt(minutes(at));
  expect([...(await sessionsOf(made)).keys()]).toEqual(["a", "b"]);
  return made;
}
const fileOf = (day: string): string =>
  path.join(
    folder,
    (readdirSync(folder, { recursive: true }) as string[]).find((it) => it.includes(day) && it.endsWith(".parquet")) ??
      "",
  );
const told = async (world: World, at: number) =>
  (await world.passAt(minutes(at))).targets.flatMap(({ problems }) => problems.map(({ code }) => code));

describe("a file of history that is gone", () => {
  it.each([
    ["the day before", "2026-11-20", 16 * hour + 5],
    ["today", "2026-11-21", 16 * hour + 5],
    ["a month ago", "2026-11-20", 30 * 24 * hour],
  ])("of %s is written again from the ledger, with the rows that it had, and told once", async (_, day, at) => {
    const world = await closedWorld();
    const before = await collect(world.ports.history.columns(...always, ["ResourceId", "x_Usage"]));
    rmSync(fileOf(day));
    expect(await told(world, at)).toEqual(["HistoryRestored"]);
    expect(await collect(world.ports.history.columns(...always, ["ResourceId", "x_Usage"]))).toEqual(before);
    expect(await told(world, at + 5)).toEqual([]);
  });

  it("is restored before a pass writes another bill of its day", async () => {
    const world = await closedWorld(["c", 16 * hour]);
    rmSync(fileOf("2026-11-21"));
    await world.passAt(minutes(20 * hour));
    expect([...(await sessionsOf(world)).keys()].sort()).toEqual(["a", "b", "c"]);
  });

  it("has its rows as ones that were there when their bills were made", async () => {
    const world = await closedWorld();
    rmSync(fileOf("2026-11-20"));
    await world.passAt(minutes(30 * 24 * hour));
    const tables = await collect(world.ports.history.columns(...always, ["ResourceId", "x_AsOf", "x_WrittenAt"]));
    const rows = tables.flatMap(({ rows: count, columns }) =>
      Array.from({ length: count }, (_, row) => [
        columns.ResourceId[row],
        columns.x_WrittenAt[row],
        columns.x_AsOf[row],
      ]),
    );
    const [, writtenAt, asOf] = rows.find(([session]) => session === "a") ?? [];
    expect(writtenAt).toEqual(asOf);
  });

  it("is told of each day where the ledger has nothing of it any more", async () => {
    const world = await closedWorld();
    rmSync(fileOf("2026-11-20"));
    const forgetful = { ...world.ports.ledger, closed: async function* () {} };
    for (const at of [3, 4]) {
      const { targets } = await world.passAt(minutes(at * 24 * hour), { ...world.ports, ledger: forgetful });
      expect(targets[0]?.problems).toMatchObject([
        {
          code: "HistoryLost",
          message: expect.stringMatching(/111122223333\/us-east-1 is gone \(2026-11-20\): restore/),
        },
      ]);
    }
    const past = plusMs(minutes(3 * 24 * hour), keptClosedMs);
    const { targets } = await world.passAt(past, { ...world.ports, ledger: forgetful });
    expect(targets[0]?.problems).toEqual([]);
  });
});

describe("a file of history that is damaged", () => {
  it("is told in each pass until it is moved away, and then written again", async () => {
    const world = await closedWorld();
    const file = fileOf("2026-11-20");
    truncateSync(file, 500);
    for (const at of [3 * 24 * hour, 3 * 24 * hour + 5]) expect(await told(world, at)).toEqual(["HistoryDamaged"]);
    rmSync(file);
    expect(await told(world, 3 * 24 * hour + 10)).toEqual(["HistoryRestored"]);
    expect([...(await sessionsOf(world)).keys()]).toEqual(["a", "b"]);
    expect(await told(world, 3 * 24 * hour + 15)).toEqual([]);
  });
});

it("tells of a copy beside a file of history, and counts it in nothing", async () => {
  const world = await closedWorld();
  const columns = () => collect(world.ports.history.columns(...always, ["ResourceId", "x_Usage"]));
  const before = await columns();
  const file = fileOf("2026-11-20");
  const copy = file.replace("rows.parquet", "rows (conflicted copy).parquet");
  copyFileSync(file, copy);
  expect(await columns()).toEqual(before);
  expect([...(await sessionsOf(world)).keys()]).toEqual(["a", "b"]);
  for (const at of [3 * 24 * hour, 3 * 24 * hour + 5]) {
    const { targets } = await world.passAt(minutes(at));
    expect(targets[0]?.problems).toMatchObject([
      {
        code: "HistoryFileUnknown",
        message: expect.stringMatching(/rows \(conflicted copy\)\.parquet in .* is not read/),
      },
    ]);
  }
  rmSync(copy);
  expect(await told(world, 3 * 24 * hour + 10)).toEqual([]);
});
