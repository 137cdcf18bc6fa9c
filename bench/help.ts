import { existsSync } from "node:fs";
import { type Bench, median } from "./bench.ts";
import { runNode } from "./child.ts";

// The process itself knows what it used, whatever tools the machine has; standard error is free for the answer.
const report = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => { const { user, system } = process.cpuUsage(); console.error("cpu " + (user + system)); });',
)}`;

/** The built command, as it is published. */
export const helpBench: Bench = {
  name: "help",
  about: "`sandmeter --help` of the built command",
  run: async () => {
    const used: number[] = [];
    for (let run = 0; run < 5; run++) used.push(await cpuSecondsOfHelp());
    return [{ what: "CPU time of the process, median of five", value: median(used), unit: "s", atMost: 0.15 }];
  },
};

async function cpuSecondsOfHelp(): Promise<number> {
  const entry = "dist/cli/main.js";
  if (!existsSync(entry)) throw new Error(`${entry} is not there: run \`npm run build\` first`);
  const { exit, out, err } = await runNode(["--import", report, entry, "--help"]);
  const used = /cpu (\d+)/.exec(err)?.[1];
  if (exit !== 0 || !out.includes("scan") || used === undefined) throw new Error(`--help ended with ${exit}: ${err}`);
  return Number(used) / 1e6;
}
