import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll } from "vitest";
import { fileBill } from "../../adapters/bills/bill-file.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { BilledUsage, BilledWindow } from "../../core/ports/billed-usage.ts";
import { never, october } from "./fixture.ts";

export const formats = ["cur2", "focus"] as const;
export type Format = (typeof formats)[number];
export type Row = Readonly<Record<string, string>>;

const folder = mkdtempSync(path.join(tmpdir(), "bills-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A file of this content, as the user would name it. */
export function billFileOf(
  content: string | Uint8Array,
  extension = "csv",
): { readonly name: string; readonly path: string } {
  files += 1;
  const name = `bill-${files}.${extension}`;
  writeFileSync(path.join(folder, name), content);
  return { name, path: path.join(folder, name) };
}

export const now = instant(Date.UTC(2026, 9, 23, 20));

export const readBill = (
  contents: readonly (string | Uint8Array)[],
  change: Partial<BilledWindow> = {},
): Promise<BilledUsage> =>
  fileBill(contents.map((content) => billFileOf(content)))({ ...october, now, accounts: null, ...change }, never);

export const failureOf = (...contents: readonly (string | Uint8Array)[]): Promise<string> =>
  readBill(contents).then(
    () => "none",
    (error: Error) => `${error.name}: ${error.message}`,
  );

const columns = {
  cur2: {
    account: "line_item_usage_account_id",
    start: "line_item_usage_start_date",
    end: "line_item_usage_end_date",
    category: "line_item_line_item_type",
    usageType: "line_item_usage_type",
    quantity: "line_item_usage_amount",
    unit: "pricing_unit",
    cost: "line_item_unblended_cost",
    currency: "line_item_currency_code",
    region: "product_region_code",
    service: "line_item_product_code",
  },
  focus: {
    account: "SubAccountId",
    start: "ChargePeriodStart",
    end: "ChargePeriodEnd",
    category: "ChargeCategory",
    usageType: "x_UsageType",
    quantity: "ConsumedQuantity",
    unit: "ConsumedUnit",
    cost: "BilledCost",
    currency: "BillingCurrency",
    region: "RegionId",
    service: "x_ServiceCode",
  },
} as const;
export type Cell = keyof typeof columns.cur2;

/** A row of an hour of one vCPU on 20 October, but for what is told. */
export const rowOf = (change: Partial<Record<Cell, string>> = {}): Readonly<Record<Cell, string>> => ({
  account: "111122223333",
  start: "2026-10-20T05:00:00Z",
  end: "2026-10-20T06:00:00Z",
  category: "Usage",
  usageType: "USE1-CodeInterpreter:Consumption-based:vCPU",
  quantity: "1",
  unit: "vCPU-Hours",
  cost: "0.0895",
  currency: "USD",
  region: "us-east-1",
  service: "AmazonBedrockAgentCore",
  ...change,
});

/** Named as an export of that format names its cells. */
export const namedRows = (rows: readonly Readonly<Record<Cell, string>>[], format: Format): Row[] =>
  rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([cell, value]) => [columns[format][cell as Cell], value])),
  );

export const csvOf = (rows: readonly Row[], names = Object.keys(rows[0] ?? {})): string =>
  [names, ...rows.map((row) => names.map((name) => row[name] ?? ""))]
    .map((cells) => `${cells.map(quoted).join(",")}\n`)
    .join("");

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** The rows of CSV text without line breaks in cells. */
export function rowsOf(csv: string): Row[] {
  const [head = "", ...lines] = csv.trimEnd().split("\n");
  const names = head.split(",");
  return lines.map((line) => {
    const cells = [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1] ?? match[2] ?? "");
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""]));
  });
}

/** The same rows as AWS writes Parquet: amounts as doubles, times as timestamps, in several row groups. */
export function parquetOf(rows: readonly Row[]): Uint8Array {
  const numbers = new Set([
    "line_item_usage_amount",
    "line_item_unblended_cost",
    "ConsumedQuantity",
    "PricingQuantity",
    "BilledCost",
  ]);
  const columnData = Object.keys(rows[0] ?? {}).map((name) => {
    const cells = rows.map((row) => row[name] ?? "");
    if (numbers.has(name))
      return { name, data: cells.map((cell) => (cell === "" ? null : Number(cell))), type: "DOUBLE" as const };
    if (!/(Start|End|_date)$/.test(name)) return { name, data: cells, type: "STRING" as const };
    const utc = (cell: string): string => (cell.endsWith("Z") ? cell : `${cell.replace(" ", "T")}Z`);
    return { name, data: cells.map((cell) => new Date(utc(cell))), type: "TIMESTAMP" as const };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 50 }));
}
