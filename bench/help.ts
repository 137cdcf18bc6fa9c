import { existsSync } from "node:fs";
import { runNode } from "./child.ts";

export interface HelpFigures {
  /** User and system time of the whole process, the best of five runs. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

const most = 0.15;
// The process itself knows what it used, whatever tools the machine has; standard error is free for the answer.
const report = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => { const { user, system } = process.cpuUsage(); console.error("cpu " + (user + system)); });',
)}`;

/** Asks the built command for its help, and throws where that takes too much CPU. */
export async function benchHelp(): Promise<HelpFigures> {
  const entry = "dist/cli/main.js";
  if (!existsSync(entry)) throw new Error(`${entry} is not there: run \`npm run build\` first`);
  const runs: HelpFigures[] = [];
  for (let run = 0; run < 5; run++) {
    const { exit, out, err, wallMs } = await runNode(["--import", report, entry, "--help"]);
    const used = /cpu (\d+)/.exec(err)?.[1];
    if (exit !== 0 || !out.includes("scan") || used === undefined) throw new Error(`--help ended with ${exit}: ${err}`);
    runs.push({ cpuSeconds: Number(used) / 1e6, wallSeconds: wallMs / 1000 });
  }
  const best = runs.reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a));
  if (best.cpuSeconds > most) throw new Error(`--help took ${best.cpuSeconds} s of CPU, more than ${most}`);
  return best;
}
