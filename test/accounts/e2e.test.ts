import { beforeAll, describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { ratedOf } from "../../core/ledger/charge-lines.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { ledgerFleet } from "../../local/fleet/ledger-fleet.ts";
import { periodsIn, type TrueSession, watchedFleet } from "./e2e-fixture.ts";

const startAt = Date.UTC(2026, 10, 20, 12, 10);

/** The fleet of the ledger, and two sessions without records that a scan sees live. */
const fleet = () => {
  const { places } = ledgerFleet();
  const seen = {
    interpreter: "dark",
    profile: "steady" as const,
    count: 3,
    createdSeconds: [3600, 4800] as const,
    timeoutSeconds: 2400,
  };
  return fleetSpec.parse({
    places: places.map((place, index) => (index === 0 ? { ...place, sessions: [...place.sessions, seen] } : place)),
  });
};

const minutes = 60;
const hours = 60 * minutes;
let truth: readonly TrueSession[] = [];
let bills = new Map<string, SessionBill>();
let watched: Awaited<ReturnType<typeof watchedFleet>>;
const outcomes: Awaited<ReturnType<typeof watched.passed>>[] = [];

beforeAll(async () => {
  watched = await watchedFleet(fleet(), startAt);
  for (let at = 0; at < 9 * hours; at += 20 * minutes) {
    await watched.scanned();
    if (at % hours === 0) outcomes.push(await watched.passed());
    await watched.advance(20 * minutes);
  }
  // What cannot be read is waited for, and what was read is counted, for a day.
  for (let pass = 0; pass < 4; pass += 1) {
    await watched.advance(7 * hours);
    outcomes.push(await watched.passed());
  }
  truth = await watched.truth();
  bills = new Map((await watched.bills()).map((bill) => [`${bill.account} ${bill.region} ${bill.session}`, bill]));
}, 60_000);

const billOf = ({ account, region, session }: TrueSession): SessionBill | null =>
  bills.get(`${account} ${region} ${session}`) ?? null;
const withLogs = (): readonly TrueSession[] =>
  truth.filter(({ usageLogs, createdAt }) => {
    const isKept = Date.parse(createdAt) > startAt - 24 * 3_600_000;
    return (usageLogs === "log-group" || usageLogs === "bucket") && isKept;
  });

/** Born after the first scan, and alive at one. */
const isSeenLive = ({ createdAt, usageLogs }: TrueSession): boolean =>
  usageLogs === "none" && Date.parse(createdAt) > startAt;

describe("the fleet of the ledger, over its whole life", () => {
  it("settles every session with usage logs to exactly what is true", () => {
    expect(withLogs().length).toBeGreaterThan(35);
    for (const session of withLogs()) {
      const bill = billOf(session);
      if (bill === null) throw new Error(`no bill of ${session.session} of ${session.interpreter}`);
      const cost = ratedOf(bill.charges, periodsIn(session.region), "binary");
      expect({
        session: session.session,
        basis: bill.basis,
        final: bill.final,
        vcpuNs: String(bill.charges.reduce((sum, { vcpuNs }) => sum + vcpuNs, 0n)),
        byteMs: String(bill.charges.reduce((sum, { byteMs }) => sum + byteMs, 0n)),
        ratedUsd: cost === null ? null : formatUsd(cost.rated),
        loggedUsd: cost === null ? null : formatUsd(cost.logged),
        name: bill.name,
      }).toEqual({
        session: session.session,
        basis: "rated",
        final: true,
        vcpuNs: session.vcpuNs,
        byteMs: session.byteMs,
        ratedUsd: session.ratedUsd,
        loggedUsd: session.loggedUsd,
        name: session.name,
      });
    }
  });

  it("finds every session with usage logs for the inventory, also one that was born and gone between scans", async () => {
    const { registry } = watched.stores;
    const targets = watched.callers.flatMap((caller) => caller.targets);
    const gone = await Promise.all(
      targets.map(async (target) =>
        (await registry.goneSince(target, instant(0))).map((record) => ({ ...target, ...record })),
      ),
    );
    const inventory = new Map(
      gone.flat().map((record) => [`${record.account} ${record.region} ${record.session}`, record]),
    );
    const scans = (at: number) => (at - startAt) % (20 * minutes * 1000) === 0;
    const between: string[] = [];
    for (const { account, region, session, createdAt, name } of withLogs()) {
      const record = inventory.get(`${account} ${region} ${session}`);
      expect(record).toMatchObject({ createdAt: Date.parse(createdAt), name });
      if (record !== undefined && !scans(record.firstSeenAt)) between.push(session);
    }
    expect(between.length).toBeGreaterThan(0);
    expect(inventory.size).toBe(gone.flat().length);
  });

  it("leaves nothing open, and restates nothing", async () => {
    expect(await watched.open()).toEqual([]);
    expect(outcomes.flat().reduce((sum, { restated }) => sum + restated, 0)).toBe(0);
  });

  it("shares out what an interpreter without usage logs used, among those that scans saw live", () => {
    const shared = truth.filter((it) => it.usageLogs === "none" && isSeenLive(it));
    const own = shared.map((it) => billOf(it));
    expect(own.map((bill) => [bill?.basis, bill?.endSource, bill?.final])).toEqual(
      shared.map(() => ["allocated", "list", true]),
    );
    expect(shared).toHaveLength(3);
    // The metric says how much CPU it was to a few digits; whose, nobody says.
    const vcpuNs = own.flatMap((bill) => bill?.charges ?? []).reduce((sum, charge) => sum + Number(charge.vcpuNs), 0);
    const used = shared.reduce((sum, it) => sum + Number(it.vcpuNs), 0);
    expect(vcpuNs / used).toBeCloseTo(1, 6);
  });

  it("bounds the rest, and says how it is known that they ended", () => {
    const rest = truth.filter((it) => !withLogs().includes(it) && !isSeenLive(it) && it.usageLogs !== "log-group");
    const nameOf = ({ interpreter, account }: TrueSession) => `${account} ${interpreter.replace(/-\w{10}$/, "")}`;
    const summary = rest.map((it) => {
      const bill = billOf(it);
      const isBetween =
        bill?.lowUsd !== null &&
        Number(bill?.lowUsd) <= Number(it.ratedUsd) &&
        Number(it.ratedUsd) <= Number(bill?.highUsd);
      return [nameOf(it), it.usageLogs, bill?.basis, bill?.endSource, it.ratedUsd === null ? bill?.highUsd : isBetween];
    });
    expect(summary).toEqual([
      ...Array.from({ length: 2 }, () => ["111122223333 dark", "none", "bounded", "list", true]),
      ["111122223333 deleted", "missing", "bounded", "list", true],
      ["111122223333 locked", "unreadable", "bounded", "list", true],
      // No price is published for its Region.
      ...Array.from({ length: 5 }, () => ["444455556666 aws.codeinterpreter.v1", "none", "bounded", "list", null]),
    ]);
  });

  it("says of each interpreter without records why, and of each problem what to do", () => {
    const [target] = outcomes.at(-1) ?? [];
    const reasons = target?.usage.map(({ interpreter, located }) => [
      interpreter.replace(/-\w{10}$/, ""),
      located.kind === "found" ? located.location.kind : located.reason,
    ]);
    expect(Object.fromEntries(reasons ?? [])).toMatchObject({
      analyst: "log-group",
      archive: "bucket",
      dark: "not-enabled",
      deleted: "missing",
    });
    expect(target?.status).toBe("partial");
    expect(target?.problems.map(({ code }) => code)).toEqual(["LogGroupMissing", "AccessDenied"]);
    expect(target?.problems.at(-1)?.message).toContain("allow the IAM action logs:FilterLogEvents");
  });
});
