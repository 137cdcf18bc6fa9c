import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { focusFileProblem, writeFocus } from "../../cli/report/focus-file.ts";
import { focusJson, focusLines } from "../../cli/report/focus-told.ts";
import { day } from "../history/fixture.ts";
import { bill } from "../ledger-store/bills.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { charged, requestOf, sourceOf } from "./fixture.ts";

const { signal } = new AbortController();
const window = requestOf({ from: day(0), until: day(2) });

let folder: string;
const at = (name: string): string => path.join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-focus-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the file of an export", () => {
  it("leaves nothing of an older export beside it", async () => {
    writeFileSync(at("old.unpriced.csv"), "of an older export");
    const written = await writeFocus(await sourceOf({ closed: [charged("a", [0])] }), window, at("old.csv"), signal);
    expect([written.unpricedFile, existsSync(at("old.unpriced.csv"))]).toEqual([null, false]);
  });

  it("is told in words and for programs, sessions without a figure counted", async () => {
    const bounded = { basis: "bounded", charges: [], lowUsd: "0", highUsd: "1" } as const;
    const given = [[charged("a", [0])], [bill("b", bounded)], [bill("b", bounded), bill("c", bounded)]];
    const schema = publishedSchema("report-focus.schema.json");
    const told: string[] = [];
    for (const closed of given) {
      const written = await writeFocus(await sourceOf({ closed }), window, at("told.csv"), signal);
      told.push(...focusLines(written).map((line) => line.replaceAll(folder, "")));
      expect(violations(schema, focusJson(written, window))).toEqual([]);
    }
    expect(told).toEqual([
      "2 rows, $0.108400000000, written to /told.csv",
      "0 rows, $0.000000000000, written to /told.csv",
      "1 session is without a figure, for all hours or for some: see /told.unpriced.csv",
      "0 rows, $0.000000000000, written to /told.csv",
      "2 sessions are without a figure, for all hours or for some: see /told.unpriced.csv",
    ]);
  });

  it("is not touched by an export that was stopped", async () => {
    writeFileSync(at("kept.csv"), "before");
    const stopped = AbortSignal.abort(new Error("stopped"));
    const source = await sourceOf({ closed: [charged("a", [0])] });
    await expect(writeFocus(source, window, at("kept.csv"), stopped)).rejects.toThrow("stopped");
    expect(readFileSync(at("kept.csv"), "utf8")).toBe("before");
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("that cannot be written is told with its name and what to do", async () => {
    const write = writeFocus(await sourceOf({}), window, at("no/such/folder.csv"), signal);
    await expect(write).rejects.toThrow(/cannot write .*no.such.folder\.csv: ENOENT.*Name a file in a folder/);
  });

  it.each([
    ["costs.csv", null],
    ["COSTS.PARQUET", null],
    ["costs", "--out costs: name a file that ends in .csv or .parquet"],
    ["costs.csv.gz", "--out costs.csv.gz: name a file that ends in .csv or .parquet"],
  ])("named %s", (name, problem) => expect(focusFileProblem(name)).toBe(problem));

  it.each(["many.csv", "many.parquet"])("of many rows is written in pieces: %s", async (name) => {
    const many = Array.from({ length: 2100 }, (_, index) => charged(`s${index}`, [index % 10]));
    const { rows } = await writeFocus(await sourceOf({ closed: many }), window, at(name), signal);
    expect(rows).toBe(4200);
    if (name.endsWith("csv")) expect(readFileSync(at(name), "utf8").split("\n")).toHaveLength(4202);
    else {
      const file = await asyncBufferFromFile(at(name));
      const { num_rows, row_groups } = await parquetMetadataAsync(file);
      expect([num_rows, row_groups.map((group) => group.num_rows)]).toEqual([4200n, [4096n, 104n]]);
      const ids = (await parquetReadObjects({ file, columns: ["ResourceId"] })).map((row) => row["ResourceId"]);
      expect(ids.toSorted()).toEqual(many.flatMap(({ session }) => [session, session]).toSorted());
    }
  });
});
