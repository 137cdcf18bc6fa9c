import { describe, expect, it } from "vitest";
import { accountId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { BilledWindow } from "../../core/ports/billed-usage.ts";
import { text } from "./amounts.ts";
import { billedAws, explorerAt } from "./explorers.ts";
import { linesOf, member, never, october, payer } from "./fixture.ts";

const aws = await billedAws();
const windowOf = (change: Partial<BilledWindow> = {}): BilledWindow => ({
  ...october,
  now: instant(aws.now()),
  accounts: null,
  ...change,
});
const asked = (read = explorerAt(aws.url), change: Partial<BilledWindow> = {}) => read(windowOf(change), never);
const failure = (read = explorerAt(aws.url)) =>
  asked(read).then(
    () => "none",
    (error: Error) => error.message,
  );

describe("the bill of Cost Explorer", () => {
  it("has the usage of each linked account by Region, day and meter", async () => {
    const { lines, accounts, source, decimals } = await asked();
    expect([...accounts]).toEqual([payer, member]);
    expect({ source, decimals }).toEqual({ source: "cost-explorer", decimals: 10 });
    const places = new Set(lines.map(({ account, region, meter }) => `${account} ${region} ${meter}`));
    expect([...places].toSorted()).toEqual(
      [`${payer} eu-west-1`, `${payer} us-east-1`, `${member} sa-east-1`, `${member} us-east-1`].flatMap((place) => [
        `${place} Memory`,
        `${place} vCPU`,
      ]),
    );
  });

  it("counts the requests that it took, at a cent each", async () => {
    const before = await aws.calls();
    const { requests } = await asked();
    expect(requests?.count).toBe((await aws.calls()) - before);
    expect([requests?.count, text(requests?.usd ?? null, 2)]).toEqual([3, "0.03"]);
  });

  it("sets other tools of the service aside by name, and leaves credits out as no usage", async () => {
    const { setAside, lines } = await asked();
    expect(setAside.map(({ what }) => what)).toEqual(
      ["EU", "SAE1", "USE1"].flatMap((prefix) =>
        ["Memory", "vCPU"].map((meter) => `${prefix}-Runtime:Consumption-based:${meter}`),
      ),
    );
    // A credit of a tenth would make the payer's dollars less than its hours cost.
    const vcpu = lines.filter(
      ({ account, meter, region }) => account === payer && meter === "vCPU" && region === "us-east-1",
    );
    for (const { hours, usd } of vcpu) {
      expect(Number(text(usd, 10)) / Number(text(hours, 10))).toBeCloseTo(0.0895, 6);
    }
  });

  it.each([1, 3, 7])("is the same over pages of %i groups, each of them a request", async (rows) => {
    const paged = await billedAws(rows);
    const bill = await asked(explorerAt(paged.url));
    expect(linesOf(bill)).toEqual(linesOf(await asked()));
    expect(bill.requests?.count).toBe(await paged.calls());
    expect(bill.requests?.count).toBeGreaterThan(3);
  });

  it("is of the wanted accounts alone, as far as the caller may see them", async () => {
    const accounts = async (account: string, wanted: readonly string[]) => [
      ...(await asked(explorerAt(aws.url, account), { accounts: wanted.map(accountId) })).accounts,
    ];
    expect(await accounts(payer, [member])).toEqual([member]);
    expect(await accounts(member, [member])).toEqual([member]);
    // It would be told that an account of others used nothing.
    expect(await accounts(member, [payer])).toEqual([]);
    expect(await accounts(payer, ["999999999999"])).toEqual([]);
  });

  it.each([
    [-1, "2026-10-22"],
    [0, "2026-10-23"],
    [1, "2026-10-23"],
  ])("is known up to the last whole day a day ago: at %i ms from midnight up to %s", async (ms, until) => {
    const { knownUntil } = await asked(undefined, { now: instant(Date.UTC(2026, 9, 24) + ms) });
    expect(new Date(knownUntil).toISOString().slice(0, 10)).toBe(until);
  });

  it("is known to the end of its window where that is long ago, and to its start where that is now", async () => {
    const at = async (now: number) => (await asked(undefined, { now: instant(now) })).knownUntil;
    expect(await at(Date.UTC(2026, 11, 24))).toBe(october.until);
    expect(await at(Date.UTC(2026, 9, 1, 5))).toBe(october.from);
  });

  it.each([
    ["DataUnavailableException", "has no data for that time, or none yet"],
    ["BillExpirationException", "no longer has the bill of that time"],
    ["LimitExceededException", "takes a few requests a second at most"],
  ])("is none where Cost Explorer answers %s: the message says what to do", async (refusal, said) => {
    await aws.post("bill", { refusal });
    try {
      expect(await failure()).toContain(said);
    } finally {
      await aws.post("bill", { refusal: null });
    }
  });

  it("is none for who may not read it: the message names the action and whose credentials have it", async () => {
    await aws.post("faults", { faults: [{ kind: "access-denied", operation: "GetCostAndUsage", times: 1 }] });
    const message = await failure();
    for (const part of ["ce:GetCostAndUsage", "payer account", "--bill FILE"]) expect(message).toContain(part);
  });

  it("ends where it is told to", async () => {
    const stopped = AbortSignal.abort(new Error("enough"));
    await expect(explorerAt(aws.url)(windowOf(), stopped)).rejects.toThrow("enough");
  });
});
