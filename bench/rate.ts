import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { type Bench, type Figure, median } from "./bench.ts";
import { usageFile } from "./usage-data.ts";

const records = 1_000_000;
const rounds = 5;
const run = promisify(execFile);

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
  readonly totals: object;
}

/** `rate` on a million records beside DuckDB's JSON reader with the same rule in SQL, in turns. */
export const rateBench: Bench = {
  name: "rate",
  about: "a million usage records, beside DuckDB with the same rule in SQL",
  run: async (tell) => {
    tell(`making ${records} records, unless they are there`);
    const file = usageFile(records, 1);
    const megabytes = statSync(file).size / 1e6;
    tell(`${Math.round(megabytes)} MB; ${rounds} rounds of each, in turns`);
    const threads = String(availableParallelism());
    const one = await inTurns(file, { ours: ["sandmeter", "1"], theirs: ["duckdb", "1"] });
    const all = await inTurns(file, { ours: ["sandmeter", threads], theirs: ["duckdb", threads] });
    const spilling = await child(file, ["sandmeter", "1"], "4");
    expectSame([one.totals, all.totals, JSON.stringify(spilling.totals)]);
    return [
      { what: "one thread: time of ours / time of DuckDB", value: one.ours / one.theirs, unit: "", atMost: 1 },
      { what: `${threads} threads: time of ours / time of DuckDB`, value: all.ours / all.theirs, unit: "", atMost: 1 },
      { what: "one thread: peak memory of the process", value: one.peakMb, unit: "MB", atMost: 400 },
      { what: `${threads} threads: peak memory of the process`, value: all.peakMb, unit: "MB", atMost: 400 },
      { what: "spilling beyond 4 MB of records: peak memory of the process", value: spilling.peakMb, unit: "MB" },
      { what: "one thread, median", value: megabytes / (one.ours / 1000), unit: "MB/s" },
      { what: "DuckDB, one thread, median", value: megabytes / (one.theirs / 1000), unit: "MB/s" },
      { what: `${threads} threads, median`, value: megabytes / (all.ours / 1000), unit: "MB/s" },
      { what: `DuckDB, ${threads} threads, median`, value: megabytes / (all.theirs / 1000), unit: "MB/s" },
    ] satisfies readonly Figure[];
  },
};

type Engine = readonly [name: string, threads: string];

async function inTurns(file: string, engines: { readonly ours: Engine; readonly theirs: Engine }) {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await child(file, engines.ours));
    theirs.push(await child(file, engines.theirs));
  }
  const totals = [...ours, ...theirs].map((measured) => JSON.stringify(measured.totals));
  expectSame(totals);
  return {
    ours: median(ours.map(({ ms }) => ms)),
    theirs: median(theirs.map(({ ms }) => ms)),
    peakMb: Math.max(...ours.map(({ peakMb }) => peakMb)),
    totals: totals[0] ?? "",
  };
}

async function child(file: string, [engine, threads]: Engine, memoryMb = "256"): Promise<Measured> {
  const script = path.join(import.meta.dirname, "rate-child.ts");
  const { stdout } = await run(process.execPath, [script, engine, file, threads, memoryMb]);
  return JSON.parse(stdout) as Measured;
}

/** A faster wrong answer is none: both engines must have metered the same. */
function expectSame(totals: readonly string[]): void {
  const different = [...new Set(totals)];
  if (different.length > 1) throw new Error(`the runs do not agree: ${different.join(" and ")}`);
}
