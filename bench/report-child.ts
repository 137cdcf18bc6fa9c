import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { report } from "../cli/verbs/report.ts";
import { attributionYaml } from "./history-data.ts";

// One measured report in a process of its own, so that its peak memory is its own: HISTORY-FOLDER GROUP-BY FORMAT. The
// time is that of the command, without the start of Node or the loading of the code.
const [history = "", groupBy = "interpreter", format = "table"] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-report-"));
writeFileSync(path.join(folder, "sandmeter.config.yaml"), attributionYaml);

const file = path.join(folder, "out");
let out = openSync(file, "w");
const terminal = {
  out: (text: string) => writeSync(out, text),
  err: (text: string) => process.stderr.write(text),
  interactive: false,
  columns: 120,
  color: false,
  env: {},
  cwd: folder,
  signal: new AbortController().signal,
};
const options = {
  history,
  groupBy,
  format,
  state: path.join(folder, "state.db"),
  from: "2026-11-01",
  to: "2026-12-01",
};
const run = await report.load();
// Over a day without history first: what a command loads on its way is loaded then.
await run({ arguments: [], options: { ...options, from: "2026-01-01", to: "2026-01-02" } }, terminal);
closeSync(out);
out = openSync(file, "w");
const started = performance.now();
const exit = await run({ arguments: [], options }, terminal);
const ms = performance.now() - started;
const peakMb = process.resourceUsage().maxRSS / 1024;
closeSync(out);
const { length } = readFileSync(file);
const { total } =
  format === "json" ? (JSON.parse(readFileSync(file, "utf8")) as { readonly total: unknown }) : { total: null };
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify({ ms, peakMb, exit, length, total })}\n`);
