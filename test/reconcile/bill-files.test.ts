import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, describe, expect, it } from "vitest";
import { fileBill } from "../../adapters/bills/bill-file.ts";
import { accountId } from "../../core/kernel/ids.ts";
import type { BilledUsage } from "../../core/ports/billed-usage.ts";
import { amount, text } from "./amounts.ts";
import {
  billFileOf,
  csvOf,
  type Format,
  formats,
  namedRows,
  now,
  parquetOf,
  readBill,
  rowOf,
  rowsOf,
} from "./bills.ts";
import { billedAws, explorerAt } from "./explorers.ts";
import { linesOf, member, never, october, payer } from "./fixture.ts";

const csv: Record<Format, string> = { cur2: "", focus: "" };
let explored: BilledUsage;
beforeAll(async () => {
  const aws = await billedAws();
  for (const format of formats) {
    csv[format] = await (await fetch(`${aws.url}/_local/bill?month=2026-10&format=${format}`)).text();
  }
  explored = await explorerAt(aws.url)({ ...october, now, accounts: null }, never);
});

/** Hours and dollars by place, day and meter, without the digits that Cost Explorer does not print. */
const figuresOf = (bill: BilledUsage) =>
  new Map(
    bill.lines.map(({ account, region, dayAt, meter, hours, usd }) => [
      `${account} ${region} ${dayAt} ${meter}`,
      [Number(text(hours, 12)), Number(text(usd, 12))] as const,
    ]),
  );

describe.each(formats)("a bill as a file of %s", (format) => {
  it.each<[string, (rows: string) => readonly (string | Uint8Array)[]]>([
    ["CSV", (rows) => [rows]],
    [
      "CSV with a mark of its coding and ends of lines as on Windows",
      (rows) => [`\ufeff${rows.replaceAll("\n", "\r\n")}`],
    ],
    ["CSV without a last end of line", (rows) => [rows.trimEnd()]],
    ["gzipped CSV", (rows) => [gzipSync(rows)]],
    [
      "gzipped CSV of several members",
      (rows) => [Buffer.concat([rows.slice(0, 999), rows.slice(999)].map((part) => gzipSync(part)))],
    ],
    ["Parquet", (rows) => [parquetOf(rowsOf(rows))]],
    ["several files", (rows) => [csvOf(rowsOf(rows).slice(0, 40)), parquetOf(rowsOf(rows).slice(40))]],
  ])("says the same as Cost Explorer: %s", async (_, made) => {
    const bill = await readBill(made(csv[format]));
    expect(bill).toMatchObject({ source: format, decimals: null, requests: null, problems: [], estimated: true });
    expect([...bill.accounts].toSorted()).toEqual([payer, member]);
    const [found, wanted] = [figuresOf(bill), figuresOf(explored)];
    expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const [key, [hours, usd]] of wanted) {
      expect(Math.abs((found.get(key)?.[0] ?? 0) - hours)).toBeLessThan(1e-10);
      expect(Math.abs((found.get(key)?.[1] ?? 0) - usd)).toBeLessThan(1e-10);
    }
    // What Cost Explorer was not asked for: the file has it.
    expect(bill.setAside.map(({ what }) => what)).toContain("Credit");
    expect(bill.setAside.filter(({ what }) => what !== "Credit").map(({ what }) => what)).toEqual(
      explored.setAside.map(({ what }) => what),
    );
  });

  it("has exactly the digits of its cells", async () => {
    const cells = { quantity: "0.123456789012345678", cost: "1.1E-7" };
    const bill = await readBill([
      csvOf(
        namedRows([rowOf(cells), rowOf(cells), rowOf({ quantity: "-0.000000000000000001", cost: "-0.5" })], format),
      ),
    ]);
    expect(bill.lines.map(({ hours, usd }) => [text(hours, 18), text(usd, 12)])).toEqual([
      ["0.246913578024691355", "-0.499999780000"],
    ]);
  });

  it.each(["DECIMAL(18,9)", "DECIMAL(38,18)", "DECIMAL(9,4)", "VARCHAR", "DOUBLE"])(
    "has them from Parquet with %s too",
    async (type) => {
      const rows = namedRows(
        [rowOf({ quantity: "0.3", cost: "0.7001" }), rowOf({ quantity: "-0.1", cost: "-0.7" })],
        format,
      );
      const input = billFileOf(csvOf(rows));
      const output = billFileOf("", "parquet");
      const database = await DuckDBInstance.create(":memory:");
      const connection = await database.connect();
      const [quantity, cost] =
        format === "cur2" ? ["line_item_usage_amount", "line_item_unblended_cost"] : ["ConsumedQuantity", "BilledCost"];
      await connection.run(
        `COPY (SELECT * REPLACE (${quantity}::${type} AS ${quantity}, ${cost}::${type} AS ${cost}) FROM read_csv('${input.path}', all_varchar = true)) TO '${output.path}' (FORMAT parquet, COMPRESSION zstd)`,
      );
      connection.closeSync();
      database.closeSync();
      const { lines } = await readBill([readFileSync(output.path)]);
      expect(lines.map(({ hours, usd }) => [text(hours, 18), text(usd, 18)])).toEqual([
        [text(amount("0.2"), 18), text(amount("0.0001"), 18)],
      ]);
    },
  );

  it("is of the wanted accounts alone, and tells whose bill it is", async () => {
    const bill = await readBill([csv[format]], { accounts: [accountId(member)] });
    expect(new Set(bill.lines.map(({ account }) => account))).toEqual(new Set([member]));
  });

  it.each([
    ["its last hour", [{}], "2026-10-20T06:00:00.000Z"],
    [
      "the hour, though something else is billed by the day",
      [
        {},
        { start: "2026-10-20T00:00:00Z", end: "2026-10-21T00:00:00Z", usageType: "TimedStorage", service: "AmazonS3" },
      ],
      "2026-10-20T06:00:00.000Z",
    ],
    ["its last day, where it is by the day", [{ start: "2026-10-20", end: "2026-10-21" }], "2026-10-21T00:00:00.000Z"],
    [
      "what else was used",
      [
        {},
        {
          start: "2026-10-22 23:00:00.000",
          end: "2026-10-23 00:00:00.000",
          usageType: "BoxUsage",
          service: "AmazonEC2",
        },
      ],
      "2026-10-23T00:00:00.000Z",
    ],
    [
      "the end of its month and no further",
      [{ start: "2026-10-31T23:30Z", end: "2026-11-01T00:30Z" }],
      "2026-11-01T00:00:00.000Z",
    ],
    [
      "no credit",
      [{}, { category: "Credit", start: "2026-10-25T00:00:00Z", end: "2026-10-25T01:00:00Z" }],
      "2026-10-20T06:00:00.000Z",
    ],
    ["nothing at all", [{ start: "2026-09-30T23:00:00Z", end: "2026-10-01T00:00:00Z" }], "2026-10-01T00:00:00.000Z"],
  ])("goes as far as %s", async (_, cells, until) => {
    const { knownUntil } = await readBill([
      csvOf(
        namedRows(
          cells.map((each) => rowOf(each)),
          format,
        ),
      ),
    ]);
    expect(new Date(knownUntil).toISOString()).toBe(until);
  });

  it("has days without any row as unknown, those before its first too", async () => {
    const at = (day: string) => rowOf({ start: `2026-10-0${day}T05:00:00Z`, end: `2026-10-0${day}T06:00:00Z` });
    const { missingDays } = await readBill([csvOf(namedRows([at("2"), at("4")], format))]);
    expect(missingDays.map((day) => new Date(day).getUTCDate())).toEqual([1, 3]);
  });

  it.each([
    [-1, true],
    [0, false],
    [1, false],
  ])("is an estimate until five days after its month: %i ms from then %s", async (ms, estimated) => {
    const bill = await readBill([csv[format]], { now: (Date.UTC(2026, 10, 6) + ms) as typeof now });
    expect(bill.estimated).toBe(estimated);
  });
});

it("knows the older Cost and Usage Report by the names that it has for the same columns", async () => {
  const rows = namedRows([rowOf()], "cur2").map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name
          .replace(/^(line_item|product|pricing)_/, (part) => `${part.slice(0, -1).replace("line_item", "lineItem")}/`)
          .replace(/_([a-z])/g, (__, letter: string) => letter.toUpperCase()),
        value,
      ]),
    ),
  );
  expect(Object.keys(rows[0] ?? {})).toContain("lineItem/usageType");
  expect(linesOf(await readBill([csvOf(rows)]))).toHaveLength(1);
});

it("stops where it is told to", async () => {
  const read = fileBill([billFileOf(csv.focus)]);
  await expect(read({ ...october, now, accounts: null }, AbortSignal.abort(new Error("enough")))).rejects.toThrow(
    "enough",
  );
});
