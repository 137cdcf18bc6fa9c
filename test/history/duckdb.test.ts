import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { periodAt } from "../../core/billing/price-book.ts";
import { usageCost } from "../../core/billing/usage-cost.ts";
import { accountId, region, sessionId } from "../../core/kernel/ids.ts";
import { formatUsd, sumUsd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { History } from "../../core/ports/ledger.ts";
import { bill, charge, hostileTexts, hours } from "../ledger-store/bills.ts";
import { historyIn, prices, restatement } from "./fixture.ts";

// Sums that pass 2^63 and 2^53, in four partitions, with sessions that cross midnight, and with versions.
const bills: readonly SessionBill[] = Array.from({ length: 400 }, (_, index) =>
  bill(`s${index}`, {
    account: accountId(index % 2 === 0 ? "111122223333" : "222233334444"),
    region: region(index % 3 === 0 ? "us-gov-west-1" : "eu-west-1"),
    version: 1 + (index % 2),
    charges: [0, 1, 2].map((hour) =>
      charge({
        hourAt: hours(10 + ((index + hour) % 5)),
        vcpuNs: 7_200_000_000_000n - BigInt(index * 7919 + hour),
        byteMs: 30_923_764_531_199_999n - BigInt(index * 104_729 + hour),
        idleByteMs: BigInt(index * 31 + hour),
        peakTaxByteMs: BigInt(index * 17),
      }),
    ),
  }),
);
const hostile = hostileTexts.map((text) => bill("x", { session: sessionId(text), name: text }));
const bounded = bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.000000328125", highUsd: "0.070722222222" });

let folder: string;
let history: History;
let database: DuckDBInstance;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-history-"));
  history = historyIn(folderStore(folder));
  await history.write([...bills, bounded]);
  // Earlier versions come late, all of it comes again, and some of it is restated.
  await history.write(bills.map((it) => ({ ...it, version: 1, charges: it.charges.slice(1) })));
  await history.write([...bills.slice(100, 200), ...hostile]);
  await history.restated([restatement("s1", { beforeUsd: "1.000000000001" })]);
  database = await DuckDBInstance.create(":memory:");
});
afterAll(() => {
  database.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
  const connection = await database.connect();
  try {
    await connection.run("SET threads = 2; SET TimeZone = 'UTC'");
    return (await connection.runAndReadAll(sql)).getRowObjects() as readonly Record<string, unknown>[];
  } finally {
    connection.closeSync();
  }
}
const files = (table: string): string => `read_parquet('${folder}/${table}/**/*.parquet', hive_partitioning = true)`;
const charges = [...bills, ...hostile].flatMap((it) => it.charges.map((of) => ({ ...of, region: it.region })));
const sum = (of: (it: (typeof charges)[number]) => bigint): bigint => charges.reduce((total, it) => total + of(it), 0n);

describe("DuckDB over the files of history", () => {
  it("sums the integers to the last digit", async () => {
    const [row] = await query(`
      SELECT sum(x_Usage) FILTER (SkuMeter = 'vCPU')::VARCHAR AS vcpu_ns, sum(x_Usage) FILTER (SkuMeter = 'Memory')::VARCHAR AS byte_ms,
        sum(x_IdleUsage)::VARCHAR AS idle, sum(x_PeakTaxUsage)::VARCHAR AS tax, count(*) AS n,
        sum(x_LoggedUsage) FILTER (SkuMeter = 'Memory')::VARCHAR AS logged
      FROM ${files("history")}`);
    expect(row).toEqual({
      vcpu_ns: String(sum((it) => it.vcpuNs)),
      byte_ms: String(sum((it) => it.byteMs)),
      idle: String(sum((it) => it.idleByteMs)),
      tax: String(sum((it) => it.peakTaxByteMs)),
      logged: String(sum((it) => it.loggedByteMs)),
      n: BigInt(2 * charges.length + 1),
    });
    expect(sum((it) => it.loggedByteMs)).toBeGreaterThan(2n ** 63n);
  });

  it("sums dollars to what the charges cost, rounded once a row, and integers times price to all digits", async () => {
    const exact = (region: string) =>
      sumUsd(
        charges
          .filter((it) => it.region === region)
          .flatMap((it) => {
            const period = periodAt(prices, it.region, it.hourAt);
            return period === null ? [] : [usageCost(it.vcpuNs, it.byteMs, period, "binary")];
          }),
      );
    const rows = await query(`
      SELECT RegionId AS region, sum(BilledCost)::VARCHAR AS billed, sum(EffectiveCost)::VARCHAR AS effective, count(*)::INTEGER AS n,
        min(ListUnitPrice) FILTER (SkuMeter = 'vCPU')::VARCHAR AS vcpu, min(ListUnitPrice) FILTER (SkuMeter = 'Memory')::VARCHAR AS gb,
        sum(x_Usage) FILTER (SkuMeter = 'vCPU')::VARCHAR AS ns, sum(x_Usage) FILTER (SkuMeter = 'Memory')::VARCHAR AS byte_ms
      FROM ${files("history")} WHERE SkuMeter IS NOT NULL GROUP BY RegionId ORDER BY RegionId`);
    expect(rows.map((row) => row["region"])).toEqual(["eu-west-1", "us-east-1", "us-gov-west-1"]);
    for (const row of rows) {
      const cost = exact(String(row["region"]));
      expect(row["effective"]).toBe(row["billed"]);
      const apart = BigInt(String(row["billed"]).replace(".", "")) - BigInt(formatUsd(cost).replace(".", ""));
      expect(apart < 0n ? -apart : apart).toBeLessThanOrEqual(BigInt(Number(row["n"])) / 2n);
      const rate = (name: string) => BigInt(String(row[name]).replace(".", ""));
      const whole = sumUsd([
        { numerator: BigInt(String(row["ns"])) * rate("vcpu"), denominator: 3_600_000_000_000n * 10n ** 12n },
        { numerator: BigInt(String(row["byte_ms"])) * rate("gb"), denominator: 3_600_000n * 2n ** 30n * 10n ** 12n },
      ]);
      expect(formatUsd(whole, 30)).toBe(formatUsd(cost, 30));
    }
  });

  it("finds the types, and which columns may be null", async () => {
    const types = await query(
      `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${files("history")})`,
    );
    const typeOf = new Map(types.map((row) => [row["name"], row["type"]]));
    const ofType = (type: string, names: readonly string[]) =>
      expect(names.map((name) => [name, typeOf.get(name)])).toEqual(names.map((name) => [name, type]));
    ofType("DECIMAL(38,12)", [
      "BilledCost",
      "EffectiveCost",
      "ConsumedQuantity",
      "ListUnitPrice",
      "x_LowUsd",
      "x_HighUsd",
    ]);
    ofType("TIMESTAMP WITH TIME ZONE", [
      "ChargePeriodStart",
      "ChargePeriodEnd",
      "x_AsOf",
      "x_PriceStartsAt",
      "x_CreatedAt",
    ]);
    ofType("BIGINT", ["x_Usage", "x_IdleUsage", "x_LoggedUsage", "x_PeakTaxUsage", "x_MeteredMs", "x_PeakBytes"]);
    ofType("INTEGER", ["x_Version", "x_Records", "x_Charges"]);
    ofType("VARCHAR", ["RegionId", "SubAccountId", "ResourceId", "ResourceName", "SkuMeter", "x_CostBasis"]);
    ofType("BOOLEAN", ["x_Final"]);
    ofType("DATE", ["day"]);
    const schema = await query(
      `SELECT DISTINCT name, repetition_type AS kind FROM parquet_schema('${folder}/history/**/*.parquet') WHERE type IS NOT NULL`,
    );
    const required = schema.filter((row) => row["kind"] === "REQUIRED").map((row) => row["name"]);
    expect(schema).toHaveLength(41);
    expect(required).toEqual(
      expect.arrayContaining(["ChargePeriodStart", "ChargePeriodEnd", "BillingCurrency", "RegionId", "x_Usage"]),
    );
    expect(required).not.toEqual(expect.arrayContaining(["BilledCost"]));
  });

  it("finds each row in the folder of its day, half open and in UTC", async () => {
    const [row] = await query(`
      SELECT count(*) FILTER (day != ChargePeriodStart::DATE OR ChargePeriodEnd - ChargePeriodStart != INTERVAL 1 HOUR) AS wrong,
        min(ChargePeriodStart)::VARCHAR AS first, count(DISTINCT filename) AS files
      FROM read_parquet('${folder}/history/**/*.parquet', hive_partitioning = true, filename = true)`);
    expect(row).toEqual({ wrong: 0n, first: "2026-11-20 12:00:00+00", files: 9n });
  });

  it("counts a session without a figure as a row without a figure", async () => {
    expect(
      await query(`SELECT ResourceId AS id, x_LowUsd::VARCHAR AS low, x_HighUsd::VARCHAR AS high
        FROM ${files("history")} WHERE BilledCost IS NULL AND SkuMeter IS NULL`),
    ).toEqual([{ id: "bounded", low: "0.000000328125", high: "0.070722222222" }]);
  });

  it("reads hostile names as the texts that they are", async () => {
    const rows = await query(
      `SELECT DISTINCT ResourceName AS name FROM ${files("history")} WHERE ResourceName != 'a name'`,
    );
    const plain = hostileTexts.filter((text) => text.isWellFormed() && !text.startsWith("\uffff"));
    expect(rows.map((row) => row["name"])).toEqual(expect.arrayContaining([...plain]));
    expect(rows).toHaveLength(hostileTexts.length);
  });

  it("reads what was replaced, and why", async () => {
    // Every other bill had been written with version 2; nothing of version 1 was ever added beside it.
    expect(
      await query(`SELECT count(*) AS n FROM ${files("history")} WHERE x_Version = 1 AND ResourceId = 's1'`),
    ).toEqual([{ n: 0n }]);
    expect(await query(`SELECT session, reason, "beforeUsd" FROM ${files("audit/restatements")}`)).toEqual([
      { session: "s1", reason: "late-records", beforeUsd: "1.000000000001" },
    ]);
  });

  it("reads a file of several row groups, of which most were taken over as they were", async () => {
    const long = path.join(folder, "long");
    const own = historyIn(folderStore(long));
    const many = Array.from({ length: 33_500 }, (_, index) =>
      bill(`s${index}`, { charges: [charge({ hourAt: hours(index % 12), vcpuNs: BigInt(index), byteMs: 1n })] }),
    );
    await own.write(many);
    await own.write([bill("new", { charges: [charge({ vcpuNs: 10n ** 9n })] })]);
    // One in the first group, one in the last: the middle one is copied once more.
    const again = [5, 33_400].map((index) =>
      bill(`s${index}`, { version: 2, charges: [charge({ hourAt: hours(1), vcpuNs: 10n ** 12n })] }),
    );
    await own.write(again);
    const from = `FROM read_parquet('${long}/history/**/*.parquet', hive_partitioning = true) WHERE SkuMeter = 'vCPU'`;
    const usage = (33_500n * 33_499n) / 2n - 33_405n + 10n ** 9n + 2n * 10n ** 12n;
    expect(await query(`SELECT count(*) AS n, sum(x_Usage)::BIGINT AS usage ${from}`)).toEqual([{ n: 33_501n, usage }]);
    // By their statistics groups are passed over: a wrong one would hide rows.
    expect(
      await query(
        `SELECT count(*) AS n ${from} AND ResourceId = 's20000' AND ChargePeriodStart >= '2026-11-20 20:00:00+00'`,
      ),
    ).toEqual([{ n: 1n }]);
    expect(await query(`SELECT ResourceId AS id ${from} AND x_Version = 2 ORDER BY id`)).toEqual([
      { id: "s33400" },
      { id: "s5" },
    ]);
    const groups = `SELECT count(DISTINCT row_group_id) AS n FROM parquet_metadata('${long}/history/**/*.parquet')`;
    expect(await query(groups)).toEqual([{ n: 3n }]);
    let found = 0;
    for await (const it of own.bills(hours(0), hours(20))) {
      found += 1;
      if (it.session === "s20000") expect(it).toEqual(many[20_000]);
      if (it.session === "s5") expect(it).toEqual(again[0]);
    }
    expect(found).toBe(33_501);
  });
});
