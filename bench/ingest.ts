import { execFile } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { exitCode } from "../cli/exit-code.ts";
import { interpreterId, sessionId } from "../core/kernel/ids.ts";
import { instant } from "../core/kernel/instant.ts";
import { type Bench, type Figure, median } from "./bench.ts";
import { runNode } from "./child.ts";
import type { BenchSession } from "./ingest-child.ts";
import { usageFile } from "./usage-data.ts";

const records = 1_000_000;
const rounds = 5;
const run = promisify(execFile);

interface Totals {
  readonly sessions: number;
  readonly vcpuNs: string;
  readonly byteMs: string;
}

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
  readonly totals: Totals;
}

interface Ingested extends Measured {
  readonly passes: number;
  readonly writes: { readonly sessions: number; readonly marks: number };
}

/** From a million records in a file to closed sessions in SQLite and Parquet, beside `rate` on the same file, in turns. */
export const ingestBench: Bench = {
  name: "ingest",
  about: "a million usage records into the ledger and history, beside `rate` of the same file",
  run: async (tell) => {
    tell(`making ${records} records, unless they are there`);
    const file = usageFile(records, 1);
    const sessionsFile = await sessionsOf(file);
    const megabytes = statSync(file).size / 1e6;
    tell(`${Math.round(megabytes)} MB; ${rounds} rounds of each, in turns`);
    const ingests: Ingested[] = [];
    const rates: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      rates.push(await child<Measured>("rate-child.ts", ["sandmeter", file, "1", "256"]));
      ingests.push(await child<Ingested>("ingest-child.ts", [file, sessionsFile]));
    }
    expectSame([...rates, ...ingests]);
    const [first] = ingests;
    const sessions = first?.totals.sessions ?? 0;
    const [ours, theirs] = [median(ingests.map(({ ms }) => ms)), median(rates.map(({ ms }) => ms))];
    return [
      { what: "one thread: time of the ingest / time of `rate`", value: ours / theirs, unit: "", atMost: 2 },
      {
        what: "peak memory of the process",
        value: Math.max(...ingests.map(({ peakMb }) => peakMb)),
        unit: "MB",
        atMost: 500,
      },
      {
        what: `writes of sessions, for ${sessions} sessions`,
        value: first?.writes.sessions ?? 0,
        unit: "",
        atMost: 3 * sessions,
      },
      { what: "writes of marks", value: first?.writes.marks ?? 0, unit: "" },
      { what: "passes until all sessions are closed", value: first?.passes ?? 0, unit: "" },
      { what: "ingest, median", value: megabytes / (ours / 1000), unit: "MB/s" },
      { what: "ingest, median", value: records / (ours / 1000), unit: "records/s" },
      { what: "`rate`, median", value: megabytes / (theirs / 1000), unit: "MB/s" },
    ] satisfies readonly Figure[];
  },
};

async function child<T>(script: string, args: readonly string[]): Promise<T> {
  const { stdout } = await run(process.execPath, [path.join(import.meta.dirname, script), ...args]);
  return JSON.parse(stdout) as T;
}

/** The sessions of the file as a scan would have seen them, in a file for the runs. */
async function sessionsOf(file: string): Promise<string> {
  const { exit, out, err } = await runNode(["cli/main.ts", "rate", file, "--json"]);
  // Some lines are bad on purpose, so the rating is one in part.
  if (exit !== exitCode.partial) throw new Error(`the rating of ${file} ended with ${exit}: ${err}`);
  const rated = JSON.parse(out) as { readonly sessions: readonly RatedRow[] };
  const sessions = rated.sessions.map(({ account, region, interpreter, session, firstAt, lastAt }): BenchSession => {
    const record = { interpreter: interpreterId(interpreter), session: sessionId(session), name: `agent-${session}` };
    return {
      account,
      region,
      record: {
        ...record,
        createdAt: instant(firstAt),
        timeoutSeconds: 900,
        firstSeenAt: instant(firstAt),
        lastSeenAt: instant(lastAt),
        goneAt: instant(lastAt + 1000),
        lowUsd: null,
        highUsd: null,
        costAsOf: instant(lastAt),
      },
    };
  });
  const output = `${file}.sessions.json`;
  writeFileSync(output, JSON.stringify(sessions));
  return output;
}

interface RatedRow {
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  readonly session: string;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A faster wrong answer is none: history must hold what `rate` comes to. */
function expectSame(runs: readonly Measured[]): void {
  const totals = runs.map(({ totals: { sessions, vcpuNs, byteMs } }) => JSON.stringify({ sessions, vcpuNs, byteMs }));
  const different = [...new Set(totals)];
  if (different.length > 1) throw new Error(`the runs do not agree: ${different.join(" and ")}`);
}
