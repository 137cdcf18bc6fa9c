import { spawnSync } from "node:child_process";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../cli/cli-error.ts";
import { runCli } from "../scan/run-cli.ts";
import { fileOf, lineOf, rateJson, runRate, startAt } from "./run.ts";

const good = lineOf({});

describe("sandmeter rate --json", () => {
  it("has the published shape", async () => {
    const file = fileOf(`{oops\n${good}\n\n${lineOf({ at: startAt + 1000 })}\n`);
    expect(await rateJson([file])).toEqual({
      rule: "2026-09",
      gb: "binary",
      complete: false,
      input: { lines: 3, records: 2, duplicates: 0, skipped: 1 },
      problems: [{ file, line: 1, reason: "not-json" }],
      problemsNotListed: 0,
      unread: [],
      sessions: [
        {
          account: "111122223333",
          region: "us-east-1",
          interpreter: "tool-VbMl9Hi8I4",
          session: "01K71MX1HF2ZVXFV3HTGJZWE1Z",
          firstAt: startAt,
          lastAt: startAt + 1000,
          records: 2,
          meteredMs: 2000,
          gapMs: 0,
          vcpuNs: "900000000",
          byteMs: "1932735284000",
          peakBytes: 966367642,
          ratedUsd: "0.000027100000",
          loggedUsd: "0.000027100000",
          idleUsd: "0.000000000000",
          peakTaxUsd: "0.000000000000",
        },
      ],
      totals: {
        sessions: 1,
        unpricedSessions: 0,
        vcpuNs: "900000000",
        byteMs: "1932735284000",
        ratedUsd: "0.000027100000",
        loggedUsd: "0.000027100000",
      },
    });
  });

  it("has no figure, and no zero, where no session has a price", async () => {
    const { totals } = await rateJson([fileOf(lineOf({ region: "eu-south-1" }))]);
    expect(totals).toMatchObject({ sessions: 1, unpricedSessions: 1, ratedUsd: null, loggedUsd: null });
  });

  it("has totals of zero for no sessions at all", async () => {
    expect((await rateJson([fileOf("")])).totals).toMatchObject({ sessions: 0, ratedUsd: "0.000000000000" });
  });

  it("sorts by account, Region, interpreter and session", async () => {
    const keys = ["b", "a", "c"].flatMap((session) => ["222", "111"].map((account) => lineOf({ session, account })));
    const { sessions } = await rateJson([fileOf(keys.join("\n"))]);
    expect(sessions.map(({ account, session }) => `${account}${session}`)).toEqual([
      "111a",
      "111b",
      "111c",
      "222a",
      "222b",
      "222c",
    ]);
  });

  it("keeps sessions of one id apart by account, Region and interpreter, also where the parts run together", async () => {
    const lines = [
      lineOf({ account: "1", region: "2" }),
      lineOf({ account: "12", region: "" }),
      lineOf({ account: "1", region: "23" }),
      lineOf({ account: "12", region: "3" }),
      lineOf({ account: "1", region: "2", arn: "x/other" }),
    ];
    expect((await rateJson([fileOf(lines.join("\n"))])).sessions).toHaveLength(4);
  });

  it("lists 1000 problems and counts the rest, unless all are asked for", async () => {
    const file = fileOf("x\n".repeat(1005));
    const some = await rateJson([file]);
    expect([some.problems.length, some.problemsNotListed, some.input.skipped]).toEqual([1000, 5, 1005]);
    const all = await rateJson([file, "--all-problems"]);
    expect([all.problems.length, all.problemsNotListed]).toEqual([1005, 0]);
  });

  it("counts the lines of each file from its start", async () => {
    const files = [fileOf(`${good}\n\nx`), fileOf(`\n${good}\nx\n`)];
    const { problems } = await rateJson(files);
    expect(problems.map(({ file, line }) => [file, line])).toEqual(files.map((file) => [file, 3]));
  });

  it("believes records up to a day after --now", async () => {
    const file = fileOf(`${lineOf({ at: startAt })}\n${lineOf({ at: startAt + 1 })}`);
    const run = await rateJson([file, "--now", new Date(startAt - 86_400_000).toISOString()]);
    expect(run.problems).toEqual([{ file, line: 2, reason: "timestamp-too-late" }]);
  });

  it("takes another idle level and another GB", async () => {
    const file = fileOf(lineOf({ vcpuHours: 0.05 / 3600 }));
    const idle = async (...args: string[]): Promise<unknown> =>
      (await rateJson([file, ...args])).sessions[0]?.["idleUsd"];
    expect(await idle()).toBe("0.000000000000");
    expect(await idle("--idle-level", "0.1")).not.toBe("0.000000000000");
    expect((await rateJson([file, "--gb", "decimal"])).sessions[0]?.["peakBytes"]).toBe(900_000_000);
  });
});

describe("what it reads", () => {
  it("knows gzip by its content, of several members too", async () => {
    const packed = Buffer.concat([gzipSync(`${good}\n`), gzipSync(lineOf({ at: startAt + 1000 }))]);
    expect((await rateJson([fileOf(packed, "usage.ndjson")])).input.records).toBe(2);
    expect((await rateJson([fileOf(good, "plain.gz")])).input.records).toBe(1);
  });

  it("reads a byte order mark, CRLF, blank lines and a last line without its end", async () => {
    const file = fileOf(`\ufeff${good}\r\n \t\r\n\n${lineOf({ at: startAt + 1 })}\r\n${lineOf({ at: startAt + 2 })}`);
    expect((await rateJson([file])).input).toEqual({ lines: 3, records: 3, duplicates: 0, skipped: 0 });
  });

  it("sets a line of bytes that are no UTF-8 aside", async () => {
    const file = fileOf(Buffer.from(lineOf({ session: "caf\u00e9" }), "latin1"));
    expect((await rateJson([file])).problems).toEqual([{ file, line: 1, reason: "not-json" }]);
  });

  it("sets a line aside that is longer than any log event, and goes on behind it", async () => {
    const long = `{"x":"${"y".repeat(17 * 1024 * 1024)}"}`;
    const file = fileOf(`${good}\n${long}\n${lineOf({ at: startAt + 1 })}\n`);
    const run = await rateJson([file]);
    expect(run.input).toEqual({ lines: 3, records: 2, duplicates: 0, skipped: 1 });
    expect(run.problems).toEqual([{ file, line: 2, reason: "line-too-long" }]);
  });

  it("rates a file named twice once: its records were delivered twice", async () => {
    const file = fileOf(good);
    const run = await rateJson([file, file]);
    expect(run.input).toMatchObject({ records: 2, duplicates: 1 });
    expect(run.totals["ratedUsd"]).toBe((await rateJson([file])).totals["ratedUsd"]);
  });

  it("reads the standard input, plain or packed, also beside threads", () => {
    const main = path.resolve(import.meta.dirname, "../../cli/main.ts");
    const runOf = (input: string | Uint8Array, ...args: string[]): unknown => {
      const run = spawnSync(process.execPath, [main, "rate", "-", "--json", ...args], { input });
      return (JSON.parse(run.stdout.toString()) as { input: { records: number } }).input.records;
    };
    expect(runOf(good)).toBe(1);
    expect(runOf(gzipSync(good), fileOf(lineOf({ at: startAt + 1 })), "--threads", "2")).toBe(2);
  });
});

describe("what it cannot read", () => {
  const missing = "/nowhere/usage.ndjson";

  it("is named; the rest is rated, marked as partial, and the exit code is 4", async () => {
    const run = await runRate([missing, fileOf(good), "--json"]);
    expect(run.exit).toBe(4);
    expect(run.err).toBe(`sandmeter: cannot read ${missing}: there is no such file (ENOENT)\n`);
    expect(JSON.parse(run.out)).toMatchObject({
      complete: false,
      unread: [{ file: missing, code: "ENOENT" }],
      input: { records: 1 },
    });
  });

  it("exits 1 where no line of what was read is a usage record: a cost of zero would be a claim", async () => {
    const run = await runRate([fileOf("hello\nworld\n")]);
    expect(run).toMatchObject({ exit: 1, err: expect.stringContaining("no line is a usage record") });
    expect((await runRate([fileOf(`hello\n${good}\n`)])).exit).toBe(0);
    expect((await runRate([fileOf("")])).exit).toBe(0);
  });

  it("cuts no amount and no id of a session on a narrow terminal: other columns are left out", async () => {
    const run = await runCli(["rate", "--now", "2026-11-20T00:00:00Z", fileOf(`${good}\n`)], {
      interactive: true,
      columns: 80,
    });
    const table = run.out.split("\n\n")[0] ?? "";
    for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(table).toMatch(/^01K71MX1HF2ZVXFV3HTGJZWE1Z {2}tool-VbMl9Hi8I4 .* 0\.\d{6}/m);
    expect(table).toContain("Left out for lack of room: ");
    expect(table.includes("…")).toBe(false);
  });

  it.each([
    ["an empty file", ""],
    ["a file of empty lines", "\n\n\n"],
  ])("says that there is nothing in %s, which is no failure, and no cost of zero either", async (_, text) => {
    const { exit, err } = await runRate([fileOf(text)]);
    expect(exit).toBe(0);
    expect(err).toContain("there is no line in what was read, so no cost is known");
  });

  it("exits 1 where nothing could be read, and shows no table of nothing", async () => {
    const run = await runRate([missing, import.meta.dirname]);
    expect(run).toMatchObject({ exit: 1, out: "" });
    expect(run.err).toContain("it is a folder: name the files in it");
  });

  it("keeps what it read of a gzip file that is cut off", async () => {
    const text = Array.from({ length: 20_000 }, (_, i) =>
      lineOf({ at: startAt + i * 7919, session: `s${i % 97}` }),
    ).join("\n");
    const packed = gzipSync(text);
    const file = fileOf(packed.subarray(0, packed.length / 2));
    const run = await runRate([file, "--json"]);
    expect(run.exit).toBe(4);
    expect(run.err).toContain(`cannot read ${file}: its gzip data ends too early`);
    const { input } = JSON.parse(run.out) as { input: { records: number } };
    expect(input.records).toBeGreaterThan(1000);
    expect(input.records).toBeLessThan(20_000);
  });

  it("shows names with escapes harmless", async () => {
    const run = await runRate(["/nowhere/\u001b[2Jx\ny"]);
    expect(run.err).toBe("sandmeter: cannot read /nowhere/\\e[2Jx\\ny: there is no such file (ENOENT)\n");
  });

  it("rates nothing once it is stopped", async () => {
    const stopped = AbortSignal.abort();
    await expect(runRate([fileOf(gzipSync(good)), "--json"], stopped)).rejects.toThrow("stopped before the end");
  });

  it("says where it cannot spill", async () => {
    await expect(runRate([fileOf(good), "--temp", "/nowhere"])).rejects.toThrow(
      /cannot use \/nowhere for .* \(ENOENT\): see --temp/,
    );
  });
});

describe("what is missing from the total", () => {
  const permissions =
    "Permissions are set correctly to allow AWS CloudWatch Logs to write into your logs while creating a subscription.";
  const record = lineOf({ at: startAt + 5000 });

  it("is nothing where AWS wrote a line of plain text itself", async () => {
    const run = await runRate([fileOf(`${permissions}\n${good}`), "--json"]);
    expect(run).toMatchObject({ exit: 0, err: "" });
    expect(JSON.parse(run.out)).toMatchObject({
      complete: true,
      input: { skipped: 1 },
      problems: [{ reason: "plain-text" }],
    });
  });

  it.each([
    ["a record that is cut off", record.slice(0, 200), "not-json"],
    ["the end of one", record.slice(200), "not-json"],
    [
      "a record with its time before it, as an export of a log group has it",
      `2026-11-01T00:00:05.000Z ${record}`,
      "not-json",
    ],
    ["a record without its session", lineOf({ session: null }), "missing-session"],
    ["a record of next year", lineOf({ at: startAt + 400 * 86_400_000 }), "timestamp-too-late"],
  ])("is %s: exit code 4, with a sentence", async (_what, line, reason) => {
    const run = await runRate([fileOf(`${good}\n${line}\n`), "--json"]);
    expect(run.exit).toBe(4);
    expect(run.err).toBe(
      "sandmeter: 1 line was set aside that may be of usage records, whose cost is missing from the total\n",
    );
    expect(JSON.parse(run.out)).toMatchObject({ complete: false, problems: [{ line: 2, reason }] });
  });

  it("is a session without a price: exit code 4, with a sentence", async () => {
    const run = await runRate([fileOf(`${good}\n${lineOf({ region: "eu-south-1" })}`)]);
    expect(run.exit).toBe(4);
    expect(run.err).toBe(
      "sandmeter: 1 session has no price in the Region: the cost is missing from the total; see `sandmeter prices show`\n",
    );
  });
});

describe("the table", () => {
  it("shows the costliest sessions first, those without a price last, and what was set aside", async () => {
    const lines = [
      lineOf({ session: "cheap" }),
      lineOf({ session: "unpriced", region: "eu-south-1" }),
      lineOf({ session: "dear", elapsed: 60, gbHours: 0.1 }),
      "nonsense",
    ];
    const { out } = await runRate([fileOf(lines.join("\n"))]);
    const order = ["dear", "cheap", "unpriced"].map((session) => out.indexOf(session));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(out).toContain("3 sessions from 3 records (0 delivered twice)");
    expect(out).toContain("1 session without a price in the Region: the cost is unknown, not zero");
    expect(out).toMatch(/Set aside 1 line: 1 plain-text\n {2}.*:4: plain-text/);
  });

  it("shows as many sessions as asked for, and says how many more there are", async () => {
    const file = fileOf(["a", "b", "c"].map((session) => lineOf({ session })).join("\n"));
    expect((await runRate([file, "--top", "1"])).out).toContain("and 2 more: see --top and --json");
    expect((await runRate([file, "--top", "3"])).out).not.toContain("more: see");
  });

  it("shows session names with escapes and line breaks harmless, in JSON too", async () => {
    const file = fileOf(lineOf({ session: "\u001b[31mred\nnext\u202e", arn: "x/\u0007tool" }));
    const { out } = await runRate([file]);
    expect(out).toContain("\\e[31mred\\nnext\\u202e");
    expect(out).toContain("\\x07tool");
    const json = (await runRate([file, "--json"])).out;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be in the output
    expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect((JSON.parse(json) as { sessions: { session: string }[] }).sessions[0]?.session).toBe(
      "\u001b[31mred\nnext\u202e",
    );
  });
});

describe("wrong flags", () => {
  it("are all reported at once, each with what to do", async () => {
    const run = runRate([
      "-",
      "-",
      "--rule",
      "2024",
      "--gb",
      "big",
      "--threads",
      "0",
      "--memory-limit",
      "x",
      "--idle-level",
      "-1",
      "--top",
      "1.5",
      "--now",
      "today",
    ]);
    const error = await run.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).problems).toEqual([
      "the standard input can be read only once",
      '--rule must be 2025-10 or 2026-09, not "2024"',
      '--gb must be binary or decimal, not "big"',
      '--now must be an instant such as 2026-11-20T12:00:00Z, not "today"',
      '--idle-level must be a number such as 0.02, not "-1"',
      '--threads must be a whole number from 1 to 256, not "0"',
      '--memory-limit must be a whole number from 1 to 1000000, not "x"',
      '--top must be a whole number from 0 to 999999999, not "1.5"',
    ]);
  });

  it("say that a file is missing", async () => {
    await expect(runRate([])).rejects.toThrow("name a file to rate, or - for the standard input");
  });
});
