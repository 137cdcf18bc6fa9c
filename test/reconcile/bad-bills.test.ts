import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { fileBill } from "../../adapters/bills/bill-file.ts";
import { type Cell, csvOf, failureOf, formats, namedRows, now, parquetOf, readBill, rowOf } from "./bills.ts";
import { linesOf, never, october, payer } from "./fixture.ts";

const good = csvOf(namedRows([rowOf()], "cur2"));
const named = (path: string) =>
  fileBill([{ name: "my-bill.csv", path }])({ ...october, now, accounts: null }, never).then(
    () => "none",
    (error: Error) => error.message,
  );

describe("a file that is no bill is refused with its name", () => {
  it.each<[string, string | Uint8Array, string]>([
    ["an empty one", "", "it is empty"],
    ["one of blank lines", "\n\r\n\n", "it is empty"],
    ["gzip that ends too early", gzipSync(good.repeat(500)).subarray(0, -20), "its gzip data ends too early"],
    [
      "gzip that is damaged",
      Buffer.concat([gzipSync(good).subarray(0, 12), Buffer.alloc(40, 7)]),
      "its gzip data is damaged",
    ],
    ["gzip of nothing", gzipSync(""), "it is empty"],
    ["columns of something else", "a,b\n1,2\n", "neither those of a CUR 2.0 export"],
    ["text without columns", "hello\n", "neither those of a CUR 2.0 export"],
    [
      "a CUR 2.0 export without a column that is needed",
      good.replace("line_item_usage_amount", "amount"),
      "looks like a CUR 2.0 export and lacks the columns line_item_usage_amount",
    ],
    [
      "FOCUS without the columns of AWS",
      "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,BilledCost,ConsumedQuantity,SubAccountId\n",
      "looks like FOCUS as AWS exports it and lacks the columns x_UsageType",
    ],
    ["a quote that is never closed", good.replace("Usage,", '"Usage,'), "ends within a quoted cell"],
    ["a line of more than 10 MB", `${good}${"x".repeat(10_100_000)}`, "a line is longer than 10 MB"],
    ["a quoted cell of more than 10 MB", `${good}"${"x\n".repeat(5_100_000)}`, "a line is longer than 10 MB"],
    [
      "Parquet that ends too early",
      parquetOf(namedRows([rowOf()], "focus")).subarray(0, -30),
      "its Parquet data is damaged",
    ],
    ["Parquet of which nothing but the start is there", Buffer.from("PAR1"), "its Parquet data is damaged"],
    ["Parquet of something else", parquetOf([{ a: "1" }]), "neither those of a CUR 2.0 export"],
  ])("%s", async (_, content, said) => {
    expect(await failureOf(content)).toMatch(new RegExp(`^BillFileError: bill-\\d+\\.csv: .*${said}`));
  });

  it("one that is not there, a folder, and what is no file", async () => {
    expect(await named("/nonexistent/bill.csv")).toBe("my-bill.csv: there is no such file");
    expect(await named(tmpdir())).toBe("my-bill.csv: it is a folder: name the files in it");
    expect(await named("/dev/null")).toBe("my-bill.csv: it is no regular file: write the bill to one first");
    expect(await named(`/tmp/${"x".repeat(5000)}`)).toBe("my-bill.csv: it cannot be read (ENAMETOOLONG)");
  });

  it("and two files of two formats, which are two bills", async () => {
    const message = await failureOf(good, csvOf(namedRows([rowOf()], "focus")));
    expect(message).toMatch(/would count twice: bill-\d+\.csv is cur2, bill-\d+\.csv is focus/);
  });
});

const wrongRows: readonly (readonly [string, Partial<Record<Cell, string>>, string])[] = [
  ["of another currency", { currency: "EUR" }, "its currency is EUR, not USD"],
  ["a formula for a cost", { cost: "=1+1" }, 'its cost "=1+1" is no amount'],
  ["a formula for a quantity", { quantity: "@SUM(A1:A9)" }, 'the quantity "@SUM(A1:A9)"'],
  ["no cost", { cost: "" }, 'its cost "" is no amount'],
  ["no quantity", { quantity: "" }, 'the quantity ""'],
  ["no number", { quantity: "NaN" }, 'the quantity "NaN"'],
  ["a number beyond all bounds", { quantity: "1e999" }, 'the quantity "1e999"'],
  ["another unit", { unit: "Hrs" }, 'is "Hrs", not vCPU-Hours'],
  ["no time", { start: "yesterday" }, 'its start "yesterday" is no time'],
  ["a month of usage", { start: "2026-10-01T00:00:00Z", end: "2026-11-01T00:00:00Z" }, "of more than a day"],
  ["an account that is none", { account: "payer" }, '"payer" is no account'],
  ["a usage type that is not known", { usageType: "USE1-CodeInterpreter:Committed:vCPU" }, "is not known"],
  ["a credit of no amount", { category: "Credit", cost: "-" }, 'its cost "-" is no amount'],
];

describe.each(formats)("a row of %s that cannot be used", (format) => {
  it.each(wrongRows)("is in no sum, and told: %s", async (_, cells, said) => {
    const bill = await readBill([csvOf(namedRows([rowOf(), rowOf(cells), rowOf(cells)], format))]);
    expect(linesOf(bill)).toEqual([`${payer} us-east-1 2026-10-20 vCPU 1.000000000 0.089500000`]);
    expect(bill.problems).toHaveLength(1);
    expect(bill.problems[0]?.message).toContain(said);
    expect(bill.problems[0]?.message).toContain("(2 times)");
  });

  it("that is negative is a correction, and adds up", async () => {
    const back = rowOf({ quantity: "-0.25", cost: "-0.022375" });
    const bill = await readBill([csvOf(namedRows([rowOf(), back], format))]);
    expect(bill.problems).toEqual([]);
    expect(linesOf(bill)).toEqual([`${payer} us-east-1 2026-10-20 vCPU 0.750000000 0.067125000`]);
  });

  it("for many reasons is told of ten of them, with how many more there are", async () => {
    const rows = Array.from({ length: 14 }, (_, index) => rowOf({ quantity: `x${index}` }));
    const { problems } = await readBill([csvOf(namedRows(rows, format))]);
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)?.message).toContain("and 4 more reasons");
  });

  it("is none where it is of something else, whatever is in it", async () => {
    const other = { usageType: "BoxUsage:m5.large", service: "AmazonEC2", cost: "?", quantity: "", currency: "EUR" };
    const bill = await readBill([csvOf(namedRows([rowOf(other)], format))]);
    expect(bill).toMatchObject({ lines: [], problems: [], setAside: [] });
    expect([...bill.accounts]).toEqual([payer]);
  });
});

it("takes cells in quotes, with commas, line breaks and quotes in them", async () => {
  const what = 'USE1-"Other", tool';
  const rows = namedRows([rowOf(), rowOf({ usageType: what })], "cur2").map((row) => ({
    note: 'a "b",\nc',
    ...row,
    tail: "",
  }));
  const bill = await readBill([csvOf(rows)]);
  expect(linesOf(bill)).toHaveLength(1);
  expect(bill.setAside.map((charge) => charge.what)).toEqual([what]);
});
