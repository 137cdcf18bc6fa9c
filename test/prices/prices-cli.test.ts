import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lineOf } from "../rate/run.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { csvOffer, jsonOffer, pair } from "./offer-fixture.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-prices-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const run = (...argv: readonly string[]) => runCli(argv, { cwd: folder });
const rowOf = (region: string, startsAt: string, vcpu: string): object => ({
  region,
  startsAt,
  usdPerVcpuHour: vcpu,
  usdPerGbHour: "0.01",
  rule: "2025-10",
});
const priceFile = (...rows: readonly object[]): string => JSON.stringify({ rows });

async function json(
  schema: string,
  ...argv: readonly string[]
): Promise<{ exit: number; value: { rows: Record<string, unknown>[] } }> {
  const { exit, out, err } = await run(...argv, "--json");
  expect(err).toBe("");
  const value: unknown = JSON.parse(out);
  expect(violations(publishedSchema(schema), value)).toEqual([]);
  return { exit, value: value as { rows: Record<string, unknown>[] } };
}
const show = (...argv: readonly string[]) => json("prices-show.schema.json", "prices", "show", ...argv);
const importJson = (...argv: readonly string[]) => json("prices-import.schema.json", "prices", "import", ...argv);

describe("prices show", () => {
  it("shows the built-in price in force in every Region", async () => {
    const { value } = await show("--at", "2026-11-01");
    expect(value.rows).toHaveLength(15);
    expect(new Set(value.rows.map((row) => `${row["origin"]} ${row["inForce"]}`))).toEqual(new Set(["built-in true"]));
  });

  it("says which layer each row comes from: flag over configuration over its file over built-in", async () => {
    write(
      "file.json",
      priceFile(...["us-east-1", "us-east-2", "us-west-2"].map((name) => rowOf(name, "2026-01-01", "1"))),
    );
    const rows = ["us-east-1", "us-east-2"].map((name) => rowOf(name, "2026-01-01", "2"));
    write("sandmeter.config.yaml", `prices: ${JSON.stringify({ file: "file.json", rows })}\n`);
    write("flag.json", priceFile(rowOf("us-east-1", "2026-01-01", "3"), rowOf("*", "2026-01-01", "4")));
    const { value } = await show("--prices", "flag.json", "--at", "2026-11-01");
    const shown = Object.fromEntries(value.rows.map((row) => [row["region"], row]));
    expect(shown["us-east-1"]).toMatchObject({ usdPerVcpuHour: "3", origin: "flag.json", rule: "2025-10" });
    expect(shown["us-east-2"]).toMatchObject({ usdPerVcpuHour: "2", origin: "configuration" });
    expect(shown["us-west-2"]).toMatchObject({ usdPerVcpuHour: "1", origin: path.join(folder, "file.json") });
    expect(shown["eu-west-1"]).toMatchObject({ usdPerVcpuHour: "0.0895", origin: "built-in" });
    expect(shown["*"]).toMatchObject({ usdPerVcpuHour: "4", origin: "flag.json", forEveryRegion: true });
    const other = await show("--prices", "flag.json", "--at", "2026-11-01", "--region", "sa-east-1");
    expect(other.value.rows).toMatchObject([{ region: "sa-east-1", usdPerVcpuHour: "4", forEveryRegion: true }]);
  });

  it("shows all rows of a Region, and says that there are none", async () => {
    const { value } = await show("--region", "us-east-1", "--all", "--at", "2025-08-01");
    expect(value.rows.map((row) => [row["usdPerVcpuHour"], row["inForce"]])).toEqual([
      ["0", true],
      ["0.0895", false],
    ]);
    const none = await run("prices", "show", "--region", "eu-south-1", "--at", "2026-11-01");
    expect(none).toMatchObject({ exit: 0, out: expect.stringContaining("No price in eu-south-1") });
  });

  it("says which Region was meant where one is misspelt, and takes one that a row names", async () => {
    const wrong = await run("prices", "show", "--region", "us-esat-1");
    expect(wrong).toMatchObject({ exit: 2, out: "" });
    expect(wrong.err).toContain('--region: unknown Region "us-esat-1": did you mean us-east-1?');
    write("new.json", priceFile(rowOf("zz-north-1", "2026-01-01", "1")));
    const { value } = await show("--region", "zz-north-1", "--prices", "new.json", "--at", "2026-11-01");
    expect(value.rows).toMatchObject([{ region: "zz-north-1", usdPerVcpuHour: "1" }]);
  });

  it("tells all that is wrong at once: flags, configuration and files", async () => {
    write("sandmeter.config.yaml", "prices: { file: none.json }\n");
    write("bad.json", priceFile({ ...rowOf("us-east-1", "2026-01-01", "1"), rule: "x" }));
    const { exit, err } = await run("prices", "show", "x", "--at", "soon", "--out", "o", "--prices", "bad.json");
    expect(exit).toBe(2);
    expect(err.split("\n")).toEqual([
      expect.stringContaining('--at must be an instant such as 2026-11-20T12:00:00Z, not "soon"'),
      "--out belongs to `prices import`, not to `prices show`",
      expect.stringMatching(/prices\.file: there is no file .*none\.json/),
      expect.stringContaining("bad.json:1: rows[0].rule must be one of"),
      expect.stringContaining('unexpected argument "x"'),
    ]);
  });
});

describe("prices import", () => {
  const items = [...pair("USE1", "us-east-1", "0.0895", "0.00945"), ...pair("EUW1", "eu-west-1", "0.1276", "0.0169")];

  it("only says what it would change, unless it is told where to write it", async () => {
    write("offer.json", jsonOffer(items));
    const { exit, value } = await importJson("offer.json");
    expect(exit).toBe(0);
    expect(value.rows.map((row) => [row["region"], row["change"], row["ruleFrom"]])).toEqual([
      ["eu-west-1", "added", "row-before"],
      ["us-east-1", "unchanged", "row-before"],
    ]);
    expect(readdirSync(folder)).toEqual(["offer.json"]);
  });

  it("writes a price file that is used, keeps the rows in it, and changes no byte the second time", async () => {
    write("offer.json", jsonOffer(items));
    write("prices.json", priceFile(rowOf("sa-east-1", "2026-01-01", "9")));
    expect(await importJson("offer.json", "--out", "prices.json")).toMatchObject({ exit: 0, value: { written: true } });
    const written = read("prices.json");
    expect(violations(publishedSchema("prices.schema.json"), JSON.parse(written))).toEqual([]);
    expect(await importJson("offer.json", "--out", "prices.json")).toMatchObject({ value: { written: false } });
    expect(read("prices.json")).toBe(written);
    const { value } = await show("--prices", "prices.json", "--at", "2026-11-02");
    const shown = Object.fromEntries(value.rows.map((row) => [row["region"], row["usdPerVcpuHour"]]));
    expect(shown).toMatchObject({ "sa-east-1": "9", "eu-west-1": "0.1276", "us-east-1": "0.0895" });
    expect(readdirSync(folder).toSorted()).toEqual(["offer.json", "prices.json"]);
  });

  it("gives the same file from JSON and from CSV, whatever the order", async () => {
    write("offer.json", jsonOffer(items));
    write("offer.csv", csvOffer(items.toReversed()));
    await run("prices", "import", "offer.json", "--out", "a.json");
    await run("prices", "import", "offer.csv", "--out", "b.json");
    expect(read("b.json")).toBe(read("a.json"));
  });

  it("ends with 4 where something is left out, and takes the rest", async () => {
    const lone = pair("USW2", "us-west-2", "0.2", "0.02").slice(0, 1);
    write("offer.json", jsonOffer([...items, ...lone]));
    const { exit, out } = await run("prices", "import", "offer.json", "--out", "p.json");
    expect(exit).toBe(4);
    expect(out).toContain("1 new or changed, 1 already in force as they are; written to p.json");
    expect(out).toMatch(/Left out\n {2}us-west-2: the list has a price of vCPU .* none of memory/);
  });

  it("says what it would change of the past, and where the rule is from", async () => {
    write("offer.json", jsonOffer(pair("USE1", "us-east-1", "0.0895", "0.00945", "2025-10-01T00:00:00Z")));
    const { out } = await run("prices", "import", "offer.json");
    expect(out).toContain("2026-09 (as the row before)");
    expect(out).toMatch(/us-east-1: the time from 2025-10-01.* to 2025-10-07.* was charged otherwise until now/);
    expect((await run("prices", "import", "offer.json", "--rule", "2025-10")).out).toContain("2025-10 (--rule)");
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ["no file", [], 2, /name an offer file/],
    ["two files", ["offer.json", "other"], 2, /takes one file/],
    ["an unknown rule", ["offer.json", "--rule", "2027"], 2, /--rule must be 2025-10 or 2026-09/],
    ["flags of show", ["offer.json", "--at", "now"], 2, /--at belongs to `prices show`/],
    ["a file that is not there", ["none"], 1, /cannot read none: there is no such file/],
    ["a folder", ["."], 1, /cannot read \./],
    ["no price list", ["wrong.json"], 2, /wrong\.json cannot be imported: it is the price list of/],
    ["a price file to write to that is damaged", ["offer.json", "--out", "bad.json"], 2, /bad\.json:1: rows must be/],
    ["a folder to write to that is not there", ["new.json", "--out", "no/p.json"], 1, /cannot write .*p\.json/],
  ])("refuses %s", async (_, argv, code, message) => {
    write("offer.json", jsonOffer(items));
    write("new.json", jsonOffer(pair("EUW1", "eu-west-1", "0.5", "0.5")));
    write("wrong.json", jsonOffer([], "AmazonEC2"));
    write("bad.json", "{}");
    const { exit, err } = await run("prices", "import", ...argv);
    expect({ exit, err }).toEqual({ exit: code, err: expect.stringMatching(message) });
    expect(read("bad.json")).toBe("{}");
  });

  it.each(["", "list"])("is one of two halves: %j is neither", async (word) => {
    const { exit, err } = await run("prices", ...(word === "" ? [] : [word]));
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(/prices show|`show` or `import`/) });
  });
});

describe("rate", () => {
  const rated = async (...argv: readonly string[]): Promise<unknown> => {
    write("usage.ndjson", `${lineOf({ vcpuHours: 0, gbHours: 8 / 3600 })}\n`);
    const { out, err } = await run("rate", "usage.ndjson", "--now", "2026-11-20T00:00:00Z", "--json", ...argv);
    expect(err).toBe("");
    return (JSON.parse(out) as { totals: Record<string, unknown> }).totals["ratedUsd"];
  };
  const memory = (vcpu: string, usdPerGbHour: string) => ({ ...rowOf("us-east-1", "2026-10-01", vcpu), usdPerGbHour });

  it("goes by --prices, then by the configuration, then by what is built in", async () => {
    expect(await rated()).toBe("0.000021000000");
    write("sandmeter.config.yaml", `prices: ${JSON.stringify({ rows: [memory("1", "0.9")] })}\n`);
    expect(await rated()).toBe("0.002000000000");
    write("mine.json", priceFile(memory("1", "0.45")));
    expect(await rated("--prices", "mine.json")).toBe("0.001000000000");
  });

  it("refuses prices that cannot be read, and rates nothing", async () => {
    write("usage.ndjson", `${lineOf({})}\n`);
    const { exit, out, err } = await run("rate", "usage.ndjson", "--prices", "none.json");
    expect({ exit, out, err }).toEqual({ exit: 2, out: "", err: "--prices: there is no file none.json" });
  });
});
