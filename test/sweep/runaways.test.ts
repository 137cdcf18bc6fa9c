import { describe, expect, it } from "vitest";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { SessionCost } from "../../core/billing/session-cost.ts";
import { type CostOf, findRunaways } from "../../core/jobs/sweep/evidence/find-runaways.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { knownCosts } from "../../core/reporting/known-costs.ts";
import { bill, entry } from "../ledger-store/bills.ts";
import { here, type Life, leak, minute, sessionOf } from "./lives.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

const limits = { hotVcpu: 0.7, hotForMs: 30 * 60_000, usd: null };
const prices = priceBookOf(codeInterpreterPrices);
const noCost: CostOf = () => null;
const hot = (id: string, from = 0, change: Partial<Life> = {}): Life =>
  leak(id, { busy: [{ from: minute(from), until: minute(480) }], ...change });
const everyone = { account: null, region: null, interpreter: null, session: null, name: null };
const protections = [{ match: everyone, source: "policy" as const, until: null, why: "a demo" }];

const notLooked = { kind: "unknown", code: "not-looked", message: "Not looked at." } as const;
const unread = { cpu: notLooked, calls: notLooked, status: null, lastUpdatedAt: null };

/** Passes every 5 minutes; what the last one found. */
async function watched(lives: readonly Life[], from: number, until: number, input = inputOf(), usage = "streaming") {
  const world = await sweepWorld(minute(from), lives);
  world.usage = usage as typeof world.usage;
  const looks: string[] = [];
  const readSessionCpu: typeof world.ports.readSessionCpu = async (...asked) => {
    looks.push(...asked[2]);
    return world.ports.readSessionCpu(...asked);
  };
  let seen = findRunaways([], noCost, limits, minute(from));
  for (let at = from; at <= until; at += 5) {
    world.at = minute(at);
    const { decided } = await world.pass({ ...input, act: false }, { ...world.ports, readSessionCpu });
    seen = findRunaways(decided, noCost, limits, world.at);
  }
  return { looks, unknown: seen.unknown, ids: seen.found.map(({ facts }) => facts.session.id), found: seen.found };
}

describe("runaways by CPU", () => {
  it.each([
    [
      "its policy goes by calls alone",
      inputOf({ runaway: limits }, { policies: [policy({ evidence: "invocations" })] }),
    ],
    ["it is protected", inputOf({ runaway: limits }, { protections })],
    ["no policy is about it", inputOf({ runaway: limits }, { policies: [] })],
    [
      "its time limit ends it soon",
      inputOf({ runaway: limits }, { policies: [policy({ skipIfExpiresWithinMs: 28_800_000 })] }),
    ],
  ])("are seen although %s", async (_, input) => {
    const { ids, unknown } = await watched([hot("hot"), leak("idle")], 120, 120, input);
    expect({ ids, unknown }).toEqual({ ids: ["hot"], unknown: 0 });
  });

  it("are looked for with what looks decisions leave, each in its turn, and now and then", async () => {
    const input = inputOf({ runaway: limits, looksAtMost: 2 }, { protections });
    const lives = ["a", "b", "c"].map((id) => hot(id));
    const first = await watched(lives, 120, 120, input);
    expect(first).toMatchObject({ ids: ["a", "b"], looks: ["a", "b"], unknown: 1 });
    expect(await watched(lives, 120, 130, input)).toMatchObject({ unknown: 0, looks: ["a", "b", "c"] });
    // Nobody is looked at for it that must be looked at to decide.
    const own = { ...everyone, session: sessionOf(leak("a")).id };
    const decisive = inputOf({ runaway: limits, looksAtMost: 1 }, { policies: [policy({ match: own })] });
    expect((await watched([leak("b"), leak("a")], 120, 120, decisive)).looks).toEqual(["a"]);
  });

  it("are not looked for where nobody tells of them, nor in sessions too young to be one", async () => {
    expect((await watched([hot("a")], 120, 120, inputOf({}, { protections }))).looks).toEqual([]);
    const young = hot("a", 95, { createdAt: minute(95) });
    expect(await watched([young], 120, 120, inputOf({ runaway: limits }, { protections }))).toMatchObject({
      looks: [],
      unknown: 0,
    });
  });

  it("are known to go on for longer than a look goes back", async () => {
    const { found } = await watched([hot("a", 10)], 30, 300, inputOf({ runaway: limits }, { protections }));
    expect(found).toMatchObject([{ runaway: { hot: { since: minute(10) } } }]);
    expect(found[0]?.runaway.hot?.until).toBeGreaterThan(minute(260));
    const paused = {
      busy: [
        { from: minute(10), until: minute(150) },
        { from: minute(152), until: minute(480) },
      ],
    };
    const twice = await watched([leak("a", paused)], 30, 300, inputOf({ runaway: limits }, { protections }));
    expect(twice.found).toMatchObject([{ runaway: { hot: { since: minute(152) } } }]);
  });

  it("are not known, and never none, where usage records are not there", async () => {
    const input = inputOf({ runaway: limits });
    expect(await watched([hot("a")], 120, 120, input, "off")).toMatchObject({ ids: [], unknown: 1 });
    expect(await watched([hot("a")], 120, 120, input, "at-teardown")).toMatchObject({ ids: [], unknown: 1 });
  });
});

describe("runaways by cost", () => {
  const dear = { ...limits, usd: parseUsd("1") };
  const cost =
    (basis: SessionCost["basis"], low: string, high: string | null): CostOf =>
    () =>
      ({ basis, low: parseUsd(low), high: high === null ? null : parseUsd(high) }) as ReturnType<CostOf>;
  const young = { facts: { session: sessionOf(leak("a")), policy: null, protection: null, evidence: unread } };

  it.each<[string, CostOf, number, number]>([
    ["metered, above the sum", cost("rated", "1.01", "1.01"), 1, 0],
    ["metered, the sum", cost("rated", "1", "1"), 0, 0],
    ["certainly above it", cost("bounded", "1.01", "3"), 1, 0],
    ["maybe above it", cost("bounded", "0.5", "1.01"), 0, 1],
    ["certainly not above it", cost("bounded", "0.5", "1"), 0, 0],
    ["without a price", noCost, 0, 1],
  ])("%s", (_, costOf, found, unknown) => {
    const seen = findRunaways([young], costOf, dear, minute(10));
    expect([seen.found.length, seen.unknown]).toEqual([found, unknown]);
    expect(findRunaways([young], costOf, limits, minute(10)).unknown).toBe(0);
  });

  it("are by the ledger where it has metered a session, and within the scan's bounds where it has not, or cannot be read", async () => {
    const bounds = {
      basis: "bounded" as const,
      low: parseUsd("0.1"),
      high: parseUsd("9"),
      final: false,
      asOf: minute(10),
    };
    const [one, two] = [leak("a"), leak("b")].map((life) => ({ ...sessionOf(life), cost: bounds }));
    if (one === undefined || two === undefined) throw new Error("there are two");
    const scans = [{ target: here, sessions: [one, two] }];
    const ledger = memoryLedger();
    await ledger.put(entry(0, bill("a", { final: false })));
    const known = await knownCosts(scans, ledger, prices, "binary");
    expect(known.costOf(one)).toMatchObject({ basis: "rated" });
    expect(known.costOf(two)).toEqual(two.cost);
    expect(known.problems).toEqual([]);
    const open = async () => {
      throw new RegistryError("unreachable", "The state does not answer.");
    };
    const blind = await knownCosts(scans, { open }, prices, "binary");
    expect(blind.costOf(one)).toEqual(one.cost);
    expect(blind.problems).toMatchObject([{ code: "StateUnavailable" }]);
  });
});
