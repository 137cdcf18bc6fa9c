import { execFile } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { type Bench, type Figure, median } from "./bench.ts";
import { historyFolder } from "./history-data.ts";

const rows = 1_000_000;
const rounds = 5;
const run = promisify(execFile);
/** A group for each session is 218 000 groups, and more to print than to read. */
const groupings = [
  { by: "interpreter", seconds: 2, mb: 500 },
  { by: "team", seconds: 2, mb: 500 },
  { by: "team,interpreter,day", seconds: 2, mb: 500 },
  { by: "session", seconds: null, mb: 700 },
];

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
  readonly exit: number;
  readonly total: { readonly sessions: number; readonly usd: string };
}

/** `report` over a month of history, on one core. */
export const reportBench: Bench = {
  name: "report",
  about: "a report over a million rows of history in a folder, on one core",
  run: async (tell) => {
    tell(`making ${rows} rows, unless they are there`);
    const folder = await historyFolder(rows);
    const oneCore = await oneCoreCommand();
    if (oneCore.length === 0) tell("there is no taskset here: the garbage collector may use other cores too");
    const figures: Figure[] = [];
    const totals = new Set<string>();
    for (const { by: groupBy, seconds, mb } of groupings) {
      tell(`${rounds} rounds by ${groupBy}`);
      const runs: Measured[] = [];
      for (let round = 0; round < rounds; round += 1) runs.push(await child(oneCore, folder, groupBy));
      for (const { total } of runs) totals.add(JSON.stringify(total));
      figures.push(
        {
          what: `by ${groupBy}: time, median`,
          value: median(runs.map(({ ms }) => ms)) / 1000,
          unit: "s",
          ...(seconds === null ? {} : { atMost: seconds }),
        },
        {
          what: `by ${groupBy}: peak memory of the process`,
          value: Math.max(...runs.map(({ peakMb }) => peakMb)),
          unit: "MB",
          atMost: mb,
        },
      );
    }
    // Every grouping sums to the same total.
    if (totals.size !== 1) throw new Error(`the runs do not agree: ${[...totals].join(" and ")}`);
    return figures;
  },
};

async function child(oneCore: readonly string[], folder: string, groupBy: string): Promise<Measured> {
  const script = path.join(import.meta.dirname, "report-child.ts");
  const [command = "", ...argv] = [...oneCore, process.execPath, script, folder, groupBy, "json"];
  const { stdout } = await run(command, argv, { maxBuffer: 1 << 28 });
  const measured = JSON.parse(stdout) as Measured;
  if (measured.exit !== 0) throw new Error(`the report by ${groupBy} ended with ${measured.exit}`);
  return measured;
}

/** What keeps a process on one core, where the system has it. */
async function oneCoreCommand(): Promise<readonly string[]> {
  try {
    await run("taskset", ["-c", "0", process.execPath, "--version"]);
    return ["taskset", "-c", "0"];
  } catch {
    return [];
  }
}
