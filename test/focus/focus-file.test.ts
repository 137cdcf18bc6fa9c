import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCsv } from "../../adapters/files/csv.ts";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { writeFocus } from "../../cli/report/focus-file.ts";
import { accountId, region, sessionId } from "../../core/kernel/ids.ts";
import { formatUsd, sumUsd, usd } from "../../core/kernel/money.ts";
import { focusColumns } from "../../core/reporting/focus-columns.ts";
import { day } from "../history/fixture.ts";
import { bill, hostileTexts } from "../ledger-store/bills.ts";
import { charged, requestOf, seen, sourceOf } from "./fixture.ts";
import { focusSpec, specProblems } from "./spec.ts";

const { signal } = new AbortController();
const closed = [
  ...Array.from({ length: 60 }, (_, index) =>
    charged(`s${index}`, [index % 5, 10 + (index % 4)], {
      account: accountId(index % 2 === 0 ? "111122223333" : "222233334444"),
      region: region(index % 3 === 0 ? "us-gov-west-1" : "eu-west-1"),
      basis: index % 7 === 0 ? "allocated" : "rated",
      name: index % 4 === 0 ? null : `ml-${index}`,
    }),
  ),
  ...hostileTexts.map((text, index) => charged("x", [index % 3], { session: sessionId(text), name: text })),
];
const bounded = bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.5", highUsd: "2" });
const window = requestOf({ from: day(0), until: day(2) });

let folder: string;
let database: DuckDBInstance;
const at = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-focus-"));
  database = await DuckDBInstance.create(":memory:");
  const source = await sourceOf({ closed: [...closed, bounded], seen: [seen("live")] }, folderStore(at("store")));
  for (const name of ["all.csv", "all.parquet"]) await writeFocus(source, window, at(name), signal);
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

const sqlTypes = {
  money: "DECIMAL(38,12)",
  text: "VARCHAR",
  instant: "TIMESTAMPTZ",
  flag: "BOOLEAN",
  count: "INTEGER",
};
const columns = Object.entries(focusColumns).map(([name, spec]) => ({
  name,
  type: sqlTypes[spec.replace("?", "") as keyof typeof sqlTypes],
  nullable: spec.endsWith("?"),
}));
const asCsv = (name: string): string =>
  `read_csv('${at(name)}', header = true, columns = {${columns.map((it) => `'${it.name}': '${it.type}'`).join(", ")}})`;
const asParquet = (name: string): string => `read_parquet('${at(name)}')`;

describe("the FOCUS 1.2 export", () => {
  it("has every column of the specification and beside them only columns that begin with x_", () => {
    expect(Object.keys(focusSpec)).toHaveLength(57);
    const names = columns.map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith("x_")).sort()).toEqual(Object.keys(focusSpec).sort());
    expect(new Set(names).size).toBe(names.length);
  });

  it("keeps the specification's column and type rules, allowed values and nulls in each row, in whatever order the columns are", () => {
    const [head = [], ...records] = parseCsv(readFileSync(at("all.csv"), "utf8"));
    expect(records).toHaveLength(2 * closed.reduce((sum, { charges }) => sum + charges.length, 0));
    for (const record of records) {
      const cells = head.map((name, index) => [name, record[index] === "" ? null : (record[index] ?? null)] as const);
      expect(specProblems(Object.fromEntries(cells.toReversed()))).toEqual([]);
    }
  });

  it("is judged by a validator that sees what is wrong", () => {
    const [head = [], record = []] = parseCsv(readFileSync(at("all.csv"), "utf8"));
    const row = Object.fromEntries(
      head.map((name, index) => [name, record[index] === "" ? null : (record[index] ?? null)]),
    );
    expect(specProblems({ ...row, BilledCost: null })).toEqual(["BilledCost is null"]);
    expect(specProblems({ ...row, BilledCost: "1e-7" })).toEqual(["BilledCost is no decimal: 1e-7"]);
    expect(specProblems({ ...row, ChargePeriodEnd: "2026-11-20 12:00" })).toHaveLength(1);
    expect(specProblems({ ...row, ChargeClass: "correction" })).toHaveLength(1);
    expect(specProblems({ ...row, CostBasis: "rated" })).toEqual(["CostBasis is no column"]);
    const { ListCost: _, ...rest } = row;
    expect(specProblems(rest)).toEqual(["ListCost is missing", "ListCost is null"]);
  });

  it("adds up to what history's own files add up to, in DuckDB, by Region, account, meter and hour", async () => {
    const sums = (from: string) =>
      query(
        `SELECT RegionId AS r, SubAccountId AS a, SkuMeter AS m, ChargePeriodStart AS h, sum(BilledCost)::VARCHAR AS usd,
           sum(ConsumedQuantity)::VARCHAR AS quantity, count(*) AS n
         FROM ${from} WHERE BilledCost IS NOT NULL GROUP BY ALL ORDER BY ALL`,
      );
    const history = await sums(`read_parquet('${at("store")}/history/**/*.parquet', hive_partitioning = true)`);
    expect(history.length).toBeGreaterThan(20);
    expect(await sums(asCsv("all.csv"))).toEqual(history);
    expect(await sums(asParquet("all.parquet"))).toEqual(history);
  });

  it("says what its rows add up to", async () => {
    const { knownUsd, rows } = await writeFocus(await sourceOf({ closed }), window, at("sum.csv"), signal);
    const [sum] = await query(`SELECT sum(BilledCost)::VARCHAR AS usd, count(*) AS n FROM ${asCsv("sum.csv")}`);
    expect(sum).toEqual({ usd: knownUsd, n: BigInt(rows) });
    const cells = parseCsv(readFileSync(at("sum.csv"), "utf8"))
      .slice(1)
      .map((record) => record[1] ?? "");
    const units = cells.map((cell) => usd(BigInt(cell.replace(".", "")), 10n ** 12n));
    expect(formatUsd(sumUsd(units))).toBe(knownUsd);
  });

  it("comes back from DuckDB with its types, the same from both files, but for the marks that make a text no formula", async () => {
    const described = await query(`DESCRIBE SELECT * FROM ${asParquet("all.parquet")}`);
    expect(described.map((row) => [row["column_name"], row["column_type"]])).toEqual(
      columns.map(({ name, type }) => [name, type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")]),
    );
    const kinds = await query(
      `SELECT name, repetition_type AS kind FROM parquet_schema('${at("all.parquet")}') WHERE type IS NOT NULL`,
    );
    expect(kinds.map((row) => [row["name"], row["kind"]])).toEqual(
      columns.map(({ name, nullable }) => [name, nullable ? "OPTIONAL" : "REQUIRED"]),
    );
    const plain = "WHERE ResourceId LIKE 's%'";
    const [difference] = await query(
      `SELECT count(*) AS n FROM ((SELECT * FROM ${asCsv("all.csv")} ${plain} EXCEPT ALL SELECT * FROM ${asParquet("all.parquet")} ${plain})
         UNION ALL (SELECT * FROM ${asParquet("all.parquet")} ${plain} EXCEPT ALL SELECT * FROM ${asCsv("all.csv")} ${plain}))`,
    );
    expect(difference).toEqual({ n: 0n });
    const [round] = await query(
      `SELECT count(*) AS n FROM (SELECT * FROM ${asParquet("all.parquet")}) WHERE ChargePeriodEnd - ChargePeriodStart != INTERVAL 1 HOUR
         OR abs(ListUnitPrice * PricingQuantity::DECIMAL(20,12) - ListCost) > 0.000000000001 OR NOT json_valid(Tags)`,
    );
    expect(round).toEqual({ n: 0n });
  });

  it("holds no text that a spreadsheet would run, and no other text than was there", () => {
    const [head = [], ...records] = parseCsv(readFileSync(at("all.csv"), "utf8"));
    const numeric = new Set(columns.filter(({ type }) => type.startsWith("DECIMAL")).map(({ name }) => name));
    for (const record of records) {
      const texts = record.filter((_, index) => !numeric.has(head[index] ?? ""));
      expect(texts.filter((cell) => /^[=+\-@\t\r\n]/.test(cell))).toEqual([]);
    }
    const names = new Set(records.map((record) => record[head.indexOf("ResourceName")]));
    for (const name of [
      "'= 1 + 1",
      "'; DROP TABLE x; --\"",
      "../../etc/passwd",
      "ünïcode 😀",
      "half \ufffd of a pair",
    ]) {
      expect(names).toContain(name);
    }
  });

  it("puts sessions without a figure beside it and counts them", async () => {
    for (const name of ["all.csv", "all.parquet"]) {
      const source = await sourceOf({ closed: [bounded], seen: [seen("live", { name: "=1" })] });
      const written = await writeFocus(source, window, at(name.replace("all", "aside")), signal);
      expect(written).toMatchObject({ rows: 0, knownUsd: "0.000000000000", unpricedSessions: 2 });
      expect(written.unpricedFile).toBe(at("aside.unpriced.csv"));
      expect(parseCsv(readFileSync(at("aside.unpriced.csv"), "utf8"))).toEqual([
        [
          "SubAccountId",
          "RegionId",
          "ResourceId",
          "ResourceName",
          "Tags",
          "x_Interpreter",
          "x_Reason",
          "x_SessionStart",
          "x_SessionEnd",
          "x_LowCost",
          "x_HighCost",
        ],
        [
          "111122223333",
          "us-east-1",
          "bounded",
          "a name",
          '{"team":"unattributed"}',
          "tool-VbMl9Hi8I4",
          "bounded",
          "2026-11-20T12:00:00Z",
          "2026-11-20T13:00:00Z",
          "0.500000000000",
          "2.000000000000",
        ],
        [
          "111122223333",
          "us-east-1",
          "live",
          "'=1",
          '{"team":"unattributed"}',
          "tool-VbMl9Hi8I4",
          "bounded",
          "2026-11-20T12:00:00Z",
          "",
          "0.001181250000",
          "0.509200000000",
        ],
      ]);
    }
    const nothing = await query(`SELECT count(*) AS n, sum(BilledCost) AS usd FROM ${asParquet("aside.parquet")}`);
    expect(nothing).toEqual([{ n: 0n, usd: null }]);
  });
});
