import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountsPortsOf } from "../../cli/accounts/compose.ts";
import { openStores, type Stores } from "../../cli/accounts/stores.ts";
import { observePortsOf } from "../../cli/watch/compose.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { keepAccounts } from "../../core/jobs/keep-accounts.ts";
import { observe } from "../../core/jobs/observe/observe.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { defaultAlertRule } from "../../core/quota/alert-rule.ts";
import { target } from "../aws/embedded.ts";
import { settings } from "../ledger/account-fixtures.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { fleetWorld } from "../sweep/fleet-world.ts";

const never = new AbortController().signal;
const prices = priceBookOf(codeInterpreterPrices);
const here = target("us-east-1");
const hourMs = 3_600_000;
const leak = { profile: "idle-leak" as const, timeoutSeconds: 28_800 };

interface Shown {
  readonly peakUnknown: number;
  readonly total: { readonly stops: number; readonly freedSlotMs: number; readonly savedUsd: Bounds };
  readonly stops: readonly { readonly session: string; readonly savedUsd: Bounds; readonly freedSlotMs: number }[];
}
interface Bounds {
  readonly low: string;
  readonly high: string;
}
interface TrueWork {
  readonly session: string;
  readonly work: { readonly remainingIdleUsd: string | null; readonly wouldHaveEndedAt: string | null };
  readonly endedAt: string | null;
}

const world = await fleetWorld(
  {
    places: [
      {
        region: "us-east-1",
        interpreters: [
          { name: "agents", usageLogs: true },
          { name: "tools", usageLogs: true, traces: true },
        ],
        sessions: [
          { interpreter: "agents", ...leak, count: 3, createdSeconds: [-4000, -600] },
          { interpreter: "tools", ...leak, count: 2, createdSeconds: -1800 },
          { interpreter: "tools", profile: "steady", count: 1, createdSeconds: -600, timeoutSeconds: 28_800 },
        ],
      },
    ],
  },
  { startAt: Date.now() - 8 * hourMs },
);
let folder = "";
let stores: Stores;
const shown: { before: Shown | null; after: Shown | null; truth: readonly TrueWork[] } = {
  ...{ before: null, after: null, truth: [] },
};

async function savings(...flags: readonly string[]): Promise<Shown> {
  const places = ["--state", path.join(folder, "state.sqlite"), "--history", path.join(folder, "history")];
  const { exit, out, err } = await runCli(["savings", "--last", "24h", "--json", ...places, ...flags], { cwd: folder });
  expect({ exit, err }).toEqual({ exit: 0, err: "" });
  const json: unknown = JSON.parse(out);
  expect(violations(publishedSchema("savings.schema.json"), json)).toEqual([]);
  return json as Shown;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-savings-"));
  const history = { kind: "folder" as const, folder: path.join(folder, "history") };
  const own = { stateFile: path.join(folder, "state.sqlite"), history, meter: settings };
  stores = await openStores(own, prices, () => Promise.reject(new Error("history is in a folder")));
  const watch = observe(observePortsOf(world.clients, stores.registry, "us-east-1", () => {}));
  const quotas = { rule: defaultAlertRule, limitOverrides: [], notEnabled: "skip" as const };
  const scanned = () =>
    watch(
      world.now(),
      { targets: [here], prices, gb: "binary", ...quotas, publish: false, rememberSeenEveryMs: 0 },
      never,
    );
  await scanned();
  world.advanceMinutes(110);
  await scanned();
  const { outcomes } = await world.sweepNow();
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => "stopped"));
  for (const record of await world.records.between(here, instant(0), plusMs(world.now(), 1))) {
    expect(await stores.stopRecords.put({ ...record, revision: 0 })).toBe("written");
  }
  shown.before = await savings();
  await scanned();
  const ports = accountsPortsOf(world.clients, stores, { usageFrom: null, logGroup: null, trail: null }, "us-east-1");
  const limits = { backfillMs: 36 * hourMs, aggregateAbove: 1000, notEnabled: "fail" } as const;
  const attribution = { rules: [], labels: [] };
  for (let pass = 0; pass < 2; pass += 1) {
    world.advanceMinutes(170);
    const input = { targets: [here], prices, meter: settings, attribution, budgets: [], publish: false, ...limits };
    await keepAccounts(ports)(world.now(), input, never);
  }
  shown.after = await savings("--group-by", "interpreter");
  const answer = await fetch(`${world.url}/_local/truth?activity=true`);
  shown.truth = ((await answer.json()) as { sessions: TrueWork[] }).sessions;
}, 60_000);
afterAll(() => {
  stores.close();
  rmSync(folder, { recursive: true });
});

const truthOf = (session: string) => {
  const found = shown.truth.find((it) => it.session === session);
  if (found === undefined) throw new Error(`nothing is true of ${session}`);
  return { usd: Number(found.work.remainingIdleUsd), endsAt: Date.parse(found.work.wouldHaveEndedAt ?? "") };
};

describe("what a sweep over a fleet saved, as the command tells it", () => {
  it.each(["before", "after"] as const)(
    "has the truth within its bounds %s the bills are there, for each stop and in all",
    (when) => {
      const { stops, total } = shown[when] ?? { stops: [], total: null };
      expect(stops).toHaveLength(5);
      for (const { session, savedUsd } of stops) {
        const { usd } = truthOf(session);
        expect(usd).toBeGreaterThan(0);
        expect(Number(savedUsd.low)).toBeLessThanOrEqual(usd);
        expect(Number(savedUsd.high)).toBeGreaterThanOrEqual(usd);
      }
      const all = stops.reduce((sum, { session }) => sum + truthOf(session).usd, 0);
      expect(Number(total?.savedUsd.low)).toBeLessThanOrEqual(all);
      expect(Number(total?.savedUsd.high)).toBeGreaterThanOrEqual(all);
    },
  );

  it("is narrowed by the peaks of the bills to what the seconds of the stops make", () => {
    expect(shown.before?.peakUnknown).toBe(5);
    expect(shown.after?.peakUnknown).toBe(0);
    const widthOf = ({ savedUsd: { low, high } }: { readonly savedUsd: Bounds }) => Number(high) - Number(low);
    for (const stop of shown.after?.stops ?? []) expect(widthOf(stop) / Number(stop.savedUsd.high)).toBeLessThan(0.005);
    for (const stop of shown.before?.stops ?? [])
      expect(widthOf(stop) / Number(stop.savedUsd.high)).toBeGreaterThan(0.1);
  });

  it("frees slots up to the time limits", () => {
    const gone = new Map(shown.truth.map(({ session, endedAt }) => [session, Date.parse(endedAt ?? "")]));
    for (const { session, freedSlotMs } of shown.after?.stops ?? []) {
      const own = truthOf(session).endsAt - (gone.get(session) ?? 0);
      expect(freedSlotMs).toBeLessThanOrEqual(own);
      expect(own - freedSlotMs).toBeLessThan(30_000);
    }
  });

  it("has what the monitor costs taken off where the configuration says it", async () => {
    writeFileSync(path.join(folder, "cost.yaml"), 'cleanup: { monitorUsdPerMonth: "0.00" }\n');
    const json = await savings("--config", "cost.yaml");
    expect(json).toMatchObject({ monitorUsd: "0.000000000000", netUsd: json.total.savedUsd });
    writeFileSync(path.join(folder, "cost.yaml"), "cleanup: { monitorUsdPerMonth: 4.5 }\n");
    const flags = ["--config", "cost.yaml", "--group-by", "team", "--month", "soon"];
    const { exit, err } = await runCli(["savings", ...flags, "--state", path.join(folder, "state.sqlite")], {
      cwd: folder,
    });
    expect(exit).toBe(2);
    expect(err).toContain('cleanup.monitorUsdPerMonth must be US dollars as a decimal in quotes, for example "4.50"');
    expect(err).toContain('unknown dimension "team"');
    expect(err).toContain("--month must be a month");
  });

  it("is told where nothing was ever recorded, and where nothing was stopped", async () => {
    const none = await runCli(["savings", "--state", path.join(folder, "none", "x.sqlite")], { cwd: folder });
    expect(none).toMatchObject({ exit: 1, err: expect.stringContaining("nothing has been recorded yet") });
    const places = ["--state", path.join(folder, "state.sqlite"), "--from", "2025-11-01", "--to", "2025-11-02"];
    const { out } = await runCli(["savings", ...places], { cwd: folder });
    expect(out).toContain("No session was stopped in this time.");
    expect(out).toContain("set cleanup.monitorUsdPerMonth");
  });
});
