import { cpus } from "node:os";
import process from "node:process";
import { backtestBench } from "./backtest.ts";
import { type Bench, type Figure, isMissed } from "./bench.ts";
import { decideBench } from "./decide.ts";
import { helpBench } from "./help.ts";
import { ingestBench } from "./ingest.ts";
import { rateBench } from "./rate.ts";
import { reportBench } from "./report.ts";
import { scanBench } from "./scan.ts";
import { sweepBench } from "./sweep.ts";

// `npm run bench [-- NAME…] [-- --json]`: runs all benches or the named ones. Exit code 1 where a figure is missed.
const benches: readonly Bench[] = [
  rateBench,
  ingestBench,
  reportBench,
  scanBench,
  decideBench,
  sweepBench,
  backtestBench,
  helpBench,
];

const args = process.argv.slice(2);
const json = args.includes("--json");
const names = args.filter((argument) => argument !== "--json");
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const known = benches.map((bench) => `${bench.name}: ${bench.about}`).join("\n  ");
  process.stderr.write(`no bench ${unknown.join(", ")}; there are\n  ${known}\n`);
  process.exit(2);
}

const results: { readonly name: string; readonly figures: readonly Figure[] }[] = [];
for (const bench of benches.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const figures = await bench.run((line) => process.stderr.write(`${bench.name}: ${line}\n`));
  results.push({ name: bench.name, figures });
  if (!json) process.stdout.write(tableOf(bench, figures));
}
if (json) {
  const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
  process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`);
}
process.exitCode = results.some(({ figures }) => figures.some(isMissed)) ? 1 : 0;

function tableOf(bench: Bench, figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const digits = Number.isInteger(figure.value) || figure.value >= 100 ? 0 : 2;
    const value = `${figure.value.toFixed(digits)} ${figure.unit}`;
    const limit = figure.atMost === undefined ? "" : `at most ${figure.atMost}${isMissed(figure) ? "  MISSED" : ""}`;
    return `  ${figure.what.padEnd(64)} ${value.padStart(14)}  ${limit}`.trimEnd();
  });
  return `${bench.name}: ${bench.about}\n${rows.join("\n")}\n`;
}
