import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fileCloseBook } from "../../adapters/history/close-book.ts";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { formatUsd, sumUsd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { History } from "../../core/ports/ledger.ts";
import { day, historyIn, restatement } from "../history/fixture.ts";
import { bill, charge, hostileTexts, hours } from "../ledger-store/bills.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

let folder: string;
let history: History;
const bills: readonly SessionBill[] = Array.from({ length: 60 }, (_, index) =>
  bill(`s${index}`, {
    account: accountId(index % 2 === 0 ? "111122223333" : "222233334444"),
    region: region(index % 3 === 0 ? "us-east-1" : "eu-west-1"),
    interpreter: interpreterId(`tool${index % 4}-Abcdefgh12`),
    name: ["data-1", "web-2", null, "=cmd()", "\u001b[31mred"][index % 5] ?? null,
    session: sessionId(`s${index}`),
    charges: [0, 1, 2].map((hour) =>
      charge({
        hourAt: hours(10 + ((index + hour) % 5)),
        vcpuNs: 3_600_000_000_000n - BigInt(index * 7919 + hour),
        byteMs: 3_092_376_453_119_999n - BigInt(index * 104_729 + hour),
        idleByteMs: 1_000_000_000_000_000n + BigInt(index * 31 + hour),
        loggedByteMs: 3_000_000_000_000_000n,
        peakTaxByteMs: BigInt(index * 17_000_000_000),
      }),
    ),
  }),
);
const bounded = bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.1", highUsd: "0.25", endedAt: hours(1) });

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-report-"));
  history = historyIn(folderStore(path.join(folder, "history")));
  await history.write([...bills, bounded]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const places = (): readonly string[] => [
  "--state",
  path.join(folder, "no-state.sqlite"),
  "--history",
  path.join(folder, "history"),
];
const report = (...flags: string[]) => runCli(["report", ...places(), ...flags]);
const window = ["--from", "2026-11-20", "--to", "2026-11-23"];
interface Json {
  readonly total: Readonly<Record<string, string | null>>;
  readonly groups: readonly (Readonly<Record<string, string | null>> & {
    readonly by: Readonly<Record<string, string>>;
  })[];
  readonly closed: Readonly<Record<string, string>> | null;
}
const reportJson = async (...flags: string[]): Promise<Json> => {
  const { exit, out, err } = await report(...window, "--json", ...flags);
  expect({ exit, err }).toEqual({ exit: 0, err: "" });
  const json: unknown = JSON.parse(out);
  expect(violations(publishedSchema("report.schema.json"), json)).toEqual([]);
  return json as Json;
};
const units = (text: string | null | undefined): bigint => BigInt((text ?? "0").replace(".", ""));

describe("a report of history alone", () => {
  it.each(["interpreter", "account,region", "day", "hour", "session", "name,basis", ""])(
    "by %j keeps to its schema and sums to its total",
    async (groupBy) => {
      const { total, groups } = await reportJson("--group-by", groupBy);
      for (const amount of ["usd", "idleUsd", "activeUsd", "peakTaxUsd", "loggedUsd", "lowUsd"]) {
        expect(groups.reduce((sum, group) => sum + units(group[amount]), 0n)).toBe(units(total[amount]));
      }
      expect(total["sessions"]).toBe(61);
    },
  );

  it("equals DuckDB's sums over the same files", async () => {
    const database = await DuckDBInstance.create(":memory:");
    const connection = await database.connect();
    await connection.run("SET threads = 1; SET TimeZone = 'UTC'");
    const files = `read_parquet('${folder}/history/history/**/*.parquet', hive_partitioning = true)`;
    for (const [dimension, column] of [
      ["interpreter", "x_Interpreter"],
      ["region", "RegionId"],
      ["account", "SubAccountId"],
      ["session", "ResourceId"],
      ["day", "strftime(ChargePeriodStart, '%Y-%m-%d')"],
    ] as const) {
      const answer = await connection.runAndReadAll(
        `SELECT ${column} AS value, SkuMeter AS meter, ListUnitPrice::VARCHAR AS price, sum(x_Usage)::VARCHAR AS usage
         FROM ${files} WHERE SkuMeter IS NOT NULL GROUP BY ALL`,
      );
      const byValue = Map.groupBy(answer.getRowObjects(), (row) => String(row["value"]));
      const { groups } = await reportJson("--group-by", dimension);
      const known = groups.filter((group) => group["usd"] !== null);
      expect(new Set(known.map((group) => group.by[dimension]))).toEqual(new Set(byValue.keys()));
      for (const group of known) {
        const rows = byValue.get(group.by[dimension] ?? "") ?? [];
        const exact = sumUsd(
          rows.map((row) => ({
            numerator: BigInt(String(row["usage"])) * units(String(row["price"])),
            denominator: (row["meter"] === "vCPU" ? 3_600_000_000_000n : 3_600_000n * 2n ** 30n) * 10n ** 12n,
          })),
        );
        // As printed, a group may get one unit of the last place, so that all of them add up.
        const apart = units(group["usd"]) - units(formatUsd(exact));
        expect(apart >= -1n && apart <= 1n).toBe(true);
      }
    }
    connection.closeSync();
    database.closeSync();
  });

  it("writes CSV that runs no formula, with a last line for the total", async () => {
    const { out, exit } = await report(...window, "--group-by", "name", "--format", "csv");
    expect(exit).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^by_name,sessions,without_figure,usd,low_usd,high_usd,/);
    expect(lines.some((line) => line.startsWith("'=cmd(),12,"))).toBe(true);
    expect(lines.at(-1)).toMatch(/^,61,1,\d/);
  });

  it.each([80, 100, 140])("fits %i columns and lets no name touch the terminal", async (columns) => {
    const { out } = await runCli(["report", ...places(), ...window, "--group-by", "name"], {
      columns,
      interactive: true,
    });
    for (const line of out.split("\n").slice(5)) expect(line.length).toBeLessThanOrEqual(columns);
    expect(out.includes("\u001b")).toBe(false);
    for (const part of ["unknown", "Sessions that cost most", "Basis bounded", "history alone", "half open"]) {
      expect(out).toContain(part);
    }
  });

  it.each([40, 60, 80])(
    "cuts no amount and no id on %i columns: what has no room is left out, and said",
    async (columns) => {
      const { out } = await runCli(["report", ...places(), ...window, "--group-by", "region,interpreter"], {
        columns,
        interactive: true,
      });
      const whole = await runCli(["report", ...places(), ...window, "--group-by", "region,interpreter"]);
      for (const cost of whole.out.matchAll(/^(\S+ {2}\S+ +\d+ {2})(\$\d+\.\d{4}) /gm)) expect(out).toContain(cost[2]);
      expect(out.includes("…")).toBe(false);
      expect(out.replaceAll("\n", " ")).toContain("Left out for lack of room: ");
      for (const interpreter of ["tool0-Abcdefgh12", "tool3-Abcdefgh12"]) expect(out).toContain(`  ${interpreter}  `);
    },
  );

  it("has the same parts of the total on top and in the last line", async () => {
    const { out } = await report(...window, "--group-by", "session");
    const [, idle] = /\(idle (\$\d+\.\d{4}), active /.exec(out) ?? [];
    expect(out).toMatch(/^TOTAL .* \$\d/m);
    expect(/^TOTAL +\d+ +\S+ +\S+ % +(\S+) /m.exec(out)?.[1]).toBe(idle);
  });

  it("lets a long name go on in the next line instead of cutting it", async () => {
    const own = mkdtempSync(path.join(folder, "long-"));
    const name = `nightly-${"0123456789".repeat(7)}-end`;
    await historyIn(folderStore(own)).write([bill("long", { name })]);
    const { out } = await runCli(
      ["report", "--state", path.join(own, "none"), "--history", own, ...window, "--group-by", "name,day"],
      { columns: 80, interactive: true },
    );
    const groups = out.split("\n\n")[1] ?? "";
    const first = groups.split("\n").map((line) => /^\S+/.exec(line)?.[0] ?? "");
    expect(first.join("")).toContain(name);
    for (const line of groups.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("prints one session's cost by one rule, and a real amount never as nothing", async () => {
    const own = mkdtempSync(path.join(folder, "tiny-"));
    const usage = (vcpuNs: bigint) =>
      charge({ hourAt: hours(10), vcpuNs, byteMs: 0n, idleByteMs: 0n, loggedByteMs: 0n, peakTaxByteMs: 0n });
    const ofUsd = (text: string): bigint => (BigInt(text.replace(".", "")) * 3_600_000_000_000n) / 89_500_000_000n;
    await historyIn(folderStore(own)).write([
      bill("odd", { charges: [usage(ofUsd("0.014553662189"))] }),
      bill("more", { charges: [usage(ofUsd("0.861980554000"))] }),
      bill("tiny", { charges: [usage(ofUsd("0.000010000000"))] }),
      bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.1", highUsd: "0.25", endedAt: hours(1) }),
    ]);
    const run = (...flags: string[]) =>
      runCli(["report", "--state", path.join(own, "none"), "--history", own, ...window, ...flags]);
    const { out: top } = await run("--group-by", "day");
    const { out: groups } = await run("--group-by", "session");
    // Alone, each is rounded; groups are shared out, so that they add up to the total.
    for (const [session, alone, shared] of [
      ["odd", "$0.0146", "$0.0145"],
      ["more", "$0.8620", "$0.8620"],
      ["tiny", "<$0.0001", "<$0.0001"],
    ] as const) {
      expect(top.split("\n").find((line) => line.includes(` ${session} `))).toContain(`  ${alone}  `);
      expect(groups.split("\n").find((line) => line.startsWith(`${session} `))).toContain(`  ${shared}  `);
    }
    expect(groups).toMatch(/^TOTAL +4 +\$0\.8765 +100\.0 % /m);
    // No cost is known, so it is no share of the total either: not one of 0 %.
    expect(groups).toMatch(/^bounded +1 +unknown +- +unknown +unknown +1 \(\$0\.1000–\$0\.2500\)$/m);
    expect(groups).toMatch(/^tiny +1 +<\$0\.0001 +<0\.1 % +\$0\.0000 +\$0\.0000 +-$/m);
    expect(groups).not.toMatch(/at least/);
    const json = JSON.parse((await run("--group-by", "session", "--json")).out) as Json;
    expect(json.groups.map((group) => [group.by["session"], group["sharePct"]])).toEqual([
      ["more", "98.3"],
      ["odd", "1.7"],
      ["tiny", "0.0"],
      ["bounded", null],
    ]);
  });

  it("says what sessions without a figure cost at most also where others have no price", async () => {
    const own = mkdtempSync(path.join(folder, "mixed-"));
    await historyIn(folderStore(own)).write([
      bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.1", highUsd: "0.25", endedAt: hours(1) }),
      bill("unpriced", { region: region("sa-east-1"), charges: [charge({ hourAt: hours(10), priceStartsAt: null })] }),
    ]);
    const { out } = await runCli([
      "report",
      "--state",
      path.join(own, "none"),
      "--history",
      own,
      ...window,
      "--group-by",
      "session",
    ]);
    expect(out).toContain("1 without a figure ($0.1000–$0.2500), 1 in Regions without a price");
    expect(out).toMatch(/^bounded .* 1 \(\$0\.1000–\$0\.2500\)$/m);
    expect(out).toMatch(/^unpriced .* 1 \(no price\)$/m);
    expect(out).toMatch(/^TOTAL .* 2 \(at least \$0\.1000\)$/m);
  });

  it("says that nothing is known of a window in which nothing was recorded", async () => {
    const { out, exit } = await report("--month", "2025-12");
    expect(exit).toBe(0);
    expect(out).toContain("Total unknown: no session of this window is recorded");
    const json = JSON.parse((await report("--month", "2025-12", "--json")).out) as Json;
    expect(json.total["usd"]).toBeNull();
  });

  it("makes no state, and says what to do where nothing was ever recorded", async () => {
    await report(...window);
    expect(existsSync(path.join(folder, "no-state.sqlite"))).toBe(false);
    const run = await runCli([
      "report",
      "--state",
      path.join(folder, "none.sqlite"),
      "--history",
      path.join(folder, "none"),
    ]);
    expect(run.exit).toBe(1);
    expect(run.err).toContain("Run `sandmeter watch` first");
  });

  it.each([
    [[], ["111122223333", "222233334444"]],
    [["--billing-account", "999900001111"], ["999900001111"]],
  ])("names in FOCUS rows the account that pays: %j", async (flags, expected) => {
    const out = path.join(folder, "paid.csv");
    expect((await report(...window, "--format", "focus", "--out", out, ...flags)).exit).toBe(0);
    const [head = "", ...lines] = readFileSync(out, "utf8").trim().split("\n");
    const column = head.split(",").indexOf("BillingAccountId");
    expect([...new Set(lines.map((line) => line.split(",")[column]))].toSorted()).toEqual(expected);
  });

  it("takes `all` for every Region", async () => {
    expect((await reportJson("--regions", "all")).total).toEqual((await reportJson()).total);
  });

  it("refuses every wrong flag at once", async () => {
    const flags = ["--from", "tomorrow", "--group-by", "teem", "--format", "xml", "--top", "many", "--last", "7"];
    const { exit, err } = await report(...flags);
    expect(exit).toBe(2);
    for (const part of [
      '--group-by: unknown dimension "teem"',
      "--format: unknown format",
      "--top must",
      "two windows",
    ]) {
      expect(err).toContain(part);
    }
    for (const [wrong, said] of [
      [["--to", "2026-11-20T12:30:00Z"], "whole hour"],
      [["--from", "2026-11-21", "--to", "2026-11-20"], "--from must be before --to"],
      [["--month", "2026-13"], "--month must be a month"],
      [["--format", "focus"], "needs --out"],
      [["--out", "x.csv"], "--out is for --format focus"],
      [["--billing-account", "999900001111"], "--billing-account is for --format focus"],
      [
        ["--format", "focus", "--out", "x.csv", "--billing-account", "99990000111"],
        "must be an account id of 12 digits",
      ],
      [["--accounts", "123"], '--accounts must be account ids of 12 digits, not "123"'],
      [["--accounts", "111122223333,"], '--accounts must be account ids of 12 digits, not ""'],
      [["--regions", "us-esat-1"], '--regions: unknown Region "us-esat-1": did you mean us-east-1?'],
      [["--group-by", "region,"], "--group-by has an empty name: separate dimensions by single commas"],
      [["clsoe"], "is no command"],
    ] as const) {
      expect((await report(...wrong)).err).toContain(said);
    }
  });
});

describe("a month that was closed", () => {
  let own: string;
  let files: ReturnType<typeof folderStore>;
  const month = "2026-10";
  const october = (count: number) => plusMs(day(-40), count * 3_600_000);
  const octoberBill = (session: string, vcpuNs: bigint, change: Partial<SessionBill> = {}): SessionBill =>
    bill(session, {
      createdAt: october(0),
      endedAt: october(1),
      asOf: october(3),
      charges: [
        charge({ hourAt: october(0), vcpuNs, byteMs: 0n, idleByteMs: 0n, loggedByteMs: 0n, peakTaxByteMs: 0n }),
      ],
      ...change,
    });
  const hour = 3_600_000_000_000n;
  const run = (...argv: string[]) => runCli(["report", ...argv, "--state", path.join(own, "none"), "--history", own]);
  const jsonOf = async (...flags: string[]): Promise<Json> =>
    JSON.parse((await run("--month", month, "--json", ...flags)).out) as Json;

  beforeEach(async () => {
    own = mkdtempSync(path.join(folder, "closed-"));
    files = folderStore(own);
    await historyIn(files).write([octoberBill("a", hour), octoberBill("b", 2n * hour)]);
  });

  it("stays as it was frozen: what is restated and what comes late are adjustments", async () => {
    expect(await run("close", "--month", month, "--force")).toMatchObject({ exit: 0 });
    const frozen = (await jsonOf()).closed;
    expect(frozen).toMatchObject({ month, frozenUsd: "0.268500000000", adjustmentUsd: "0.000000000000" });
    const later = plusMs((await fileCloseBook(files).closed(month))?.closedAt ?? day(0), 3_600_000);
    const changed = historyIn(files);
    await changed.restated([restatement("a", { at: later, version: 2 })]);
    await changed.write([
      octoberBill("a", 3n * hour, { version: 2, asOf: later }),
      octoberBill("c", hour, { asOf: later }),
    ]);
    const { closed, groups, total } = await jsonOf("--group-by", "session");
    expect(closed).toMatchObject({ frozenUsd: "0.268500000000", adjustmentUsd: "0.268500000000" });
    expect(total["usd"]).toBe("0.537000000000");
    expect(groups.map((group) => [group.by["session"], group["adjustmentUsd"]]).toSorted()).toEqual([
      ["a", "0.179000000000"],
      ["b", "0.000000000000"],
      ["c", "0.089500000000"],
    ]);
    const { out } = await run("--month", month);
    expect(out).toContain("2026-10 was closed on");
    expect(out).toContain("adjustments since: +$0.2685");
  });

  it("is closed once, after its end, and not without what it is made of", async () => {
    expect(await run("close", "--month", month, "--force")).toMatchObject({ exit: 0 });
    const again = await run("close", "--month", month, "--force");
    expect(again).toMatchObject({ exit: 1 });
    expect(again.err).toContain("a month is closed once");
    expect((await run("close", "--month", "2099-01")).err).toContain("close it after");
    expect((await run("close", "--month", "2026-08")).err).toContain(
      "nothing is known of the sessions that 2026-08 has",
    );
    expect((await run("close")).err).toContain("needs --month");
  });

  it("tells where files of history no longer say what was frozen", async () => {
    await run("close", "--month", month, "--force");
    rmSync(path.join(own, "history"), { recursive: true });
    await historyIn(files).write([octoberBill("a", hour)]);
    const { out, exit } = await run("--month", month);
    expect(exit).toBe(4);
    expect(out).toContain("ClosedMonthChanged");
  });
});

describe("a label that nobody set", () => {
  it("is a row of its own, beside those of the rules", async () => {
    const config = path.join(folder, "c.yaml");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
    writeFileSync(config, 'attribution:\n  - match: { name: "^(?P<team>[a-z]+)-" }\n    set: { team: "${team}" }\n');
    const { groups } = await reportJson("--group-by", "team", "--config", config);
    expect(groups.map((group) => group.by["team"]).toSorted()).toEqual(["data", "unattributed", "web"]);
    expect(groups.reduce((sum, group) => sum + units(group["sharePct"]), 0n)).toBe(1000n);
  });
});

it("takes names of any kind as they are", async () => {
  const own = mkdtempSync(path.join(folder, "hostile-"));
  await historyIn(folderStore(own)).write(hostileTexts.map((text, index) => bill(`h${index}`, { name: text })));
  const run = await runCli([
    "report",
    "--state",
    path.join(own, "none"),
    "--history",
    own,
    ...window,
    "--group-by",
    "name",
  ]);
  expect(run).toMatchObject({ exit: 0, err: "" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that none of them gets through is what is asked.
  expect(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/.test(run.out)).toBe(false);
});
