import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { historyIn } from "../history/fixture.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-former-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  const usage = { vcpuNs: 3_600_000_000_000n, byteMs: 0n, idleByteMs: 0n, loggedByteMs: 0n, peakTaxByteMs: 0n };
  await historyIn(folderStore(folder)).write([
    bill("a", { charges: [charge(usage)] }),
    bill("b", { charges: [charge({ ...usage, hourAt: hours(1) })], createdAt: hours(1), endedAt: hours(2) }),
    bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.1", highUsd: "0.25" }),
  ]);
});

const report = async (from: string | null, ...flags: string[]) => {
  const config = path.join(folder, "prices.yaml");
  const rate = 'usdPerVcpuHour: "0.07", usdPerGbHour: "0.00945", rule: "2026-09"';
  writeFileSync(
    config,
    from === null ? "" : `prices: { rows: [{ region: us-east-1, startsAt: "${from}", ${rate} }] }\n`,
  );
  const places = ["--state", path.join(folder, "none"), "--history", folder, "--config", config];
  return await runCli(["report", ...places, "--from", "2026-11-20", "--to", "2026-11-21", ...flags]);
};
const said = "at prices that the price book does not have now ($0.0895 a vCPU-hour): settled costs keep theirs";

describe("settled costs whose price the book has no longer for their hours", () => {
  it.each([
    ["as it was", null, "0"],
    ["dearer from the hour after them", "2026-11-20T14:00:00Z", "0"],
    // A price that begins within an hour is one of two of that hour.
    ["another from the middle of the second hour on", "2026-11-20T13:30:00Z", "0"],
    ["another from the second hour on", "2026-11-20T13:00:00Z", "0.0895"],
    ["another from before on", "2026-11-01T00:00:00Z", "0.1790"],
  ])("are told where the book is %s", async (_, from, usd) => {
    const { out, exit } = await report(from);
    expect(exit).toBe(0);
    // What is settled stays as it is, whatever the book says.
    expect(out).toContain("Total $0.1790");
    expect(out.includes(said)).toBe(usd !== "0");
    if (usd !== "0") expect(out).toContain(`Of it $${usd} ${said}`);
  });

  it("are in JSON with their price", async () => {
    const json: unknown = JSON.parse((await report("2026-11-01T00:00:00Z", "--json")).out);
    expect(violations(publishedSchema("report.schema.json"), json)).toEqual([]);
    expect(json).toMatchObject({
      formerPrices: [{ meter: "vCPU", usdPerHour: "0.089500000000", usd: "0.179000000000" }],
    });
    expect(JSON.parse((await report(null, "--json")).out)).toMatchObject({ formerPrices: [] });
  });
});
