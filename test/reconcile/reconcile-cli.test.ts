import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import { defaultStateFile } from "../../cli/watch/state-file.ts";
import { rememberAccounts } from "../../core/jobs/accounts/memory.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { type Recorded, recorded } from "./recorded.ts";

const october = ["--month", "2026-10"];
const known = [...october, "--regions", "us-east-1"];
let run: Recorded;
beforeAll(async () => {
  run = await recorded();
}, 30_000);
afterEach(() => run.post("bill", { drift: { "us-east-1": 1 }, refusal: null }));
const drift = (factor: number) => run.post("bill", { drift: { "us-east-1": factor } });
/** Cost Explorer is asked once a second at most, so most of this goes by files of the same bill. */
const billFile = async (format: "cur2" | "focus", change = (rows: string) => rows): Promise<string> => {
  const name = `${format}-${Math.round(performance.now() * 1000)}.csv`;
  writeFileSync(path.join(run.folder, name), change(await run.bill(format)));
  return name;
};
const byFile = async (...flags: string[]) => [...flags, "--bill", await billFile("cur2")];

interface Json {
  readonly bill: { readonly requests: number | null; readonly source: string };
  readonly places: readonly {
    readonly rest: object | null;
    readonly region: string;
    readonly state: string;
    readonly explained: boolean;
    readonly usd: object;
    readonly days: readonly { readonly vcpuHours: Readonly<Record<"billed" | "rated" | "state", string | null>> }[];
  }[];
}
async function jsonOf(...flags: string[]): Promise<{ exit: number; json: Json }> {
  const { exit, out, err } = await run.reconcile(...flags, "--json");
  expect(err).toBe("");
  const json: unknown = JSON.parse(out);
  expect(violations(publishedSchema("reconcile.schema.json"), json)).toEqual([]);
  return { exit, json: json as Json };
}

const denied = { kind: "access-denied", operation: "GetCostAndUsage" };
const failing = async (where: string, body: object) => {
  await run.post(where, body);
  return known;
};

describe("sandmeter reconcile", () => {
  it("exits with 0 where a Region is inside the band, and says what asking cost", async () => {
    const { exit, out, err } = await run.reconcile(...known);
    expect(exit).toBe(0);
    expect(err).toBe("Asking Cost Explorer, at $0.01 a request; --bill FILE reads an export instead.\n");
    for (const part of [
      "Cost Explorer took 2 requests: $0.02",
      "All that could be compared is inside the band.",
      "The bill goes up to 2026-10-22T00:00Z: what came later is in no figure.",
    ]) {
      expect(out).toContain(part);
    }
  });

  it("raises the drift alarm when the bill leaves the band: exits with 3, and with 0 once the band is wider", async () => {
    await drift(1.25);
    const raised = await jsonOf(...known);
    expect(raised).toMatchObject({ exit: 3, json: { bill: { requests: 2 }, places: [{ state: "outside" }] } });
    const flags = await byFile(...known);
    const { exit, out } = await run.reconcile(...flags);
    expect(exit).toBe(3);
    expect(out).toContain("Outside the band: us-east-1 of 111122223333");
    expect(out).toMatch(/vCPU-hours .* 1\.2500 .* OUTSIDE/);
    expect((await run.reconcile(...flags, "--band", "24.9999")).exit).toBe(3);
    expect((await run.reconcile(...flags, "--band", "25.0001")).exit).toBe(0);
  });

  it("prints what its page shows, to the letter", async () => {
    const page = readFileSync(new URL("../../docs/reconcile.md", import.meta.url), "utf8");
    const [, command = "", shown] = /```text\n\$ sandmeter reconcile (.*)\n([\s\S]*?)```/.exec(page) ?? [];
    const { exit, out } = await run.reconcile(...command.split(" "));
    expect(exit).toBe(3);
    expect(out).toBe(shown);
  });

  it.each(["cur2", "focus"] as const)("does the same by a file of %s, without a request", async (format) => {
    const inside = await billFile(format);
    await drift(0.7);
    const outside = await billFile(format);
    await run.post("bill", { refusal: "DataUnavailableException" });
    expect(await jsonOf(...known, "--bill", inside)).toMatchObject({
      exit: 0,
      json: { bill: { requests: null, source: format } },
    });
    expect(await jsonOf(...known, "--bill", outside)).toMatchObject({
      exit: 3,
      json: { places: [{ state: "outside" }] },
    });
    const { out } = await run.reconcile(...known, "--bill", inside);
    expect(out).not.toContain("request");
    expect(out).toMatch(/Credit: -\$0\.\d{6}\n/);
  });

  it("never shows a real amount as nothing: a credit of less than can be shown is said to be that", async () => {
    const tiny = await billFile("cur2", (rows) => rows.replaceAll(/^(.*,Credit,.*),-0\.\d+,/gm, "$1,-0.000000001,"));
    const { out } = await run.reconcile(...known, "--bill", tiny);
    expect(out).toContain("Credit: >-$0.000001\n");
  });

  it.each([
    ["drift", "eu-west-1", 3],
    ["unexplained", "eu-west-1", 0],
    ["none", "eu-west-1", 0],
    ["drift", "us-east-1", 3],
    ["unexplained", "us-east-1", 3],
    ["none", "us-east-1", 0],
  ])("with --fail-on %s, and drift that %s has, exits with %i", async (what, name, exit) => {
    await drift(1.25);
    const flags = [...october, "--regions", name, "--fail-on", what];
    expect((await jsonOf(...(await byFile(...flags)))).exit).toBe(exit);
  });

  it("explains what a Region has that is not all read, and does not call the rest drift of its own", async () => {
    const { json } = await jsonOf(...(await byFile(...october)));
    expect(json.places.map(({ region, state, explained }) => [region, state, explained])).toEqual([
      ["eu-west-1", "outside", true],
      ["sa-east-1", "unread", false],
      ["us-east-1", "inside", false],
    ]);
    // Of what was not read there is no figure, not even 0.
    const nothing = {
      billed: null,
      rated: null,
      logged: null,
      allocated: null,
      difference: null,
      ratio: null,
      state: null,
    };
    const [ofDay] = json.places[1]?.days ?? [];
    expect([json.places[1]?.usd, ofDay?.vcpuHours.rated, ofDay?.vcpuHours.state]).toEqual([
      { ...nothing, loggedRatio: null },
      null,
      null,
    ]);
    expect(Number(ofDay?.vcpuHours.billed)).toBeGreaterThan(0);
    const { out } = await run.reconcile(...(await byFile(...october)));
    for (const part of [
      "sessions without a figure (of dark-",
      ": usage logs are not turned on): up to",
      "All of it can be explained so.",
      "The ledger has no session of it on these days",
    ]) {
      expect(out).toContain(part);
    }
  });

  it("exits with 4 where the ledger did not read a Region, and with 3 where another is outside", async () => {
    const flags = [...october, "--regions", "us-east-1,sa-east-1"];
    expect((await jsonOf(...(await byFile(...flags)))).exit).toBe(4);
    await drift(1.25);
    expect((await jsonOf(...(await byFile(...flags)))).exit).toBe(3);
    expect((await jsonOf(...(await byFile(...flags, "--fail-on", "none")))).exit).toBe(4);
  });

  it.each<[string, (rows: string) => string]>([
    ["another currency", (rows) => rows.replaceAll(",USD,", ",EUR,")],
    ["another unit", (rows) => rows.replaceAll(/,(vCPU|GB)-Hours,/g, ",Seconds,")],
    ["starts that are no times", (rows) => rows.replaceAll(/2026-10-\d\d [^,]*(?=,[^,]*CodeInterpreter:)/g, "someday")],
    ["accounts that are none", (rows) => rows.replaceAll(/111122223333(?=.*CodeInterpreter:)/g, "payer")],
  ])("has usage of %s on the bill in doubt, which is neither nothing nor outside: exits with 4", async (_, change) => {
    const file = await billFile("cur2", change);
    const { exit, json } = await jsonOf(...known, "--bill", file);
    expect(exit).toBe(4);
    const [place] = json.places;
    expect(place).toMatchObject({ region: "us-east-1", state: "in-doubt", comparedDays: 0, rest: null });
    expect(place?.usd).toMatchObject({ billed: null, ratio: null, difference: null, state: null });
    expect(place?.usd).toMatchObject({ rated: expect.stringMatching(/[1-9]/) });
    for (const each of place?.days ?? []) expect(each).toMatchObject({ state: "in-doubt", usd: { billed: null } });
    const { out } = await run.reconcile(...known, "--bill", file);
    expect(out).toContain("what was billed is unknown, at least 0.0000 vCPU-hours");
    expect(out).not.toContain("OUTSIDE");
    expect(out).toMatch(/us-east-1 {2}vCPU-hours +unknown +0\.\d{4} .* in doubt/);
  });

  it("compares the days beside one in doubt, and exits with 4, or with 3 where those are outside", async () => {
    const oneDay = (rows: string) => rows.replaceAll(/,USD,(?=.*,2026-10-20 )/g, ",EUR,");
    const inside = await jsonOf(...known, "--bill", await billFile("cur2", oneDay));
    expect(inside).toMatchObject({
      exit: 4,
      json: { places: [{ state: "inside", inDoubt: { days: 1 }, days: [{ state: "in-doubt" }, { state: "inside" }] }] },
    });
    await drift(1.25);
    expect((await jsonOf(...known, "--bill", await billFile("cur2", oneDay))).exit).toBe(3);
  });

  it("exits with 4 where nothing could be compared, where the bill skips a day, and where a row of it is wrong", async () => {
    const nothing = await run.reconcile(...(await byFile(...known, "--from", "2026-10-23")));
    expect(nothing).toMatchObject({ exit: 4, out: expect.stringContaining("none of this time is on the bill yet") });
    expect(nothing.out).not.toContain("Ask with credentials");
    const earlier = await run.reconcile("--month", "2026-09", "--bill", await billFile("cur2"));
    expect(earlier).toMatchObject({ exit: 4, out: expect.stringContaining("none of this time is on the bill yet") });
    const other = await billFile("cur2", (rows) => rows.replaceAll("CodeInterpreter", "Runtime"));
    const elsewhere = await run.reconcile(
      ...known,
      "--from",
      "2026-10-20",
      "--accounts",
      "999999999999",
      "--bill",
      other,
    );
    expect(elsewhere).toMatchObject({ exit: 4, out: expect.stringContaining("neither side has any usage") });
    const skips = await billFile("cur2", (rows) => rows.replaceAll(/^.*,2026-10-20 .*\n/gm, ""));
    const skipped = await run.reconcile(...known, "--bill", skips);
    expect(skipped).toMatchObject({
      exit: 4,
      out: expect.stringContaining("The bill says nothing of these days, and the ledger does: 2026-10-20."),
    });
    const wrong = await billFile("cur2", (rows) => rows.replace(/,vCPU-Hours,/, ",=1+1,"));
    expect(await run.reconcile(...known, "--bill", wrong)).toMatchObject({
      exit: 4,
      out: expect.stringContaining('is "=1+1"'),
    });
  });

  it.each<[string, () => Promise<readonly string[]>, string]>([
    [
      "Cost Explorer has no data",
      () => failing("bill", { refusal: "DataUnavailableException" }),
      "no data for that time",
    ],
    [
      "Cost Explorer may not be read",
      () => failing("faults", { faults: [{ ...denied, times: 1 }] }),
      "ce:GetCostAndUsage",
    ],
    ["there is no such file", async () => [...known, "--bill", "nope.csv"], "nope.csv: there is no such file"],
    [
      "nothing was recorded",
      async () => [...known, "--state", "none.sqlite", "--history", "none"],
      "nothing has been recorded yet",
    ],
  ])("exits with 1 where %s, and says what to do", async (_, flags, said) => {
    const { exit, err, out } = await run.reconcile(...(await flags()));
    expect({ exit, out }).toEqual({ exit: 1, out: "" });
    expect(err).toContain(said);
  });

  it("exits with 4 where the last pass over the accounts could not read a place, and says which", async () => {
    const flags = await byFile(...known);
    expect((await run.reconcile(...flags)).exit).toBe(0);
    const target = { account: accountId("111122223333"), region: region("us-east-1") };
    const documents = sqliteDocuments(defaultStateFile({ HOME: run.folder }, process.platform));
    const before = await documents.read("accounts/111122223333/us-east-1");
    const problems = [{ code: "AccessDenied", message: "allow logs:FilterLogEvents" }];
    await rememberAccounts(documents, instant(Date.UTC(2026, 9, 23)), {
      target,
      status: "partial",
      sources: [],
      problems,
    });
    const { exit, out } = await run.reconcile(...flags);
    expect([exit, out]).toEqual([4, expect.stringContaining("AccountsIncomplete: ")]);
    expect(out).toContain("AccessDenied: 111122223333/us-east-1: allow logs:FilterLogEvents\n");
    await documents.write("accounts/111122223333/us-east-1", {
      revision: (before?.revision ?? 0) + 1,
      text: before?.text ?? "",
    });
    documents.close();
    expect((await run.reconcile(...flags)).exit).toBe(0);
  });

  it.each([80, 100, 140])("fits %i columns, and lets no text of the bill touch the terminal", async (columns) => {
    const hostile = await billFile("cur2", (rows) => rows.replaceAll("EU-Runtime", "\u001b[31mEU\u202e-Runtime"));
    const { out } = await runCli(["reconcile", ...october, "--bill", hostile], {
      cwd: run.folder,
      env: { HOME: run.folder },
      columns,
      interactive: true,
    });
    const tables = out
      .split("\n")
      .filter((line) => /^(ACCOUNT|REGION|DAY|\d{12} |[a-z]+-[a-z]+-\d {2}|2026-10-2\d )/.test(line));
    expect(tables.length).toBeGreaterThan(6);
    for (const line of tables) expect(line.length).toBeLessThanOrEqual(columns);
    // No amount and no id is cut: columns are left out instead, and named.
    expect(tables.join("").includes("…")).toBe(false);
    expect(out.includes("Left out for lack of room: ")).toBe(columns < 140);
    expect(out).toContain("-Runtime:Consumption-based");
    for (const control of ["\u001b", "\u202e"]) expect(out).not.toContain(control);
  });
});
