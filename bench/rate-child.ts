import { tmpdir } from "node:os";
import process from "node:process";
import { rate } from "../cli/verbs/rate.ts";
import { meterWithDuckDb } from "./duckdb-meter.ts";

// One measured run in a process of its own, so that its peak memory is its own: ENGINE FILE THREADS [MEMORY-MB].
// The time is that of the work, without the start of Node or the loading of either engine.
const [engine = "", file = "", threads = "1", memoryMb = "256"] = process.argv.slice(2);

interface Totals {
  readonly records: number;
  readonly sessions: number;
  readonly vcpuNs: string;
  readonly byteMs: string;
}

async function sandmeter(): Promise<() => Totals> {
  const run = await rate.load();
  let out = "";
  const quiet = {
    interactive: false,
    columns: 80,
    color: false,
    env: {},
    cwd: tmpdir(),
    signal: new AbortController().signal,
  };
  const options = { json: true, threads, memoryLimit: memoryMb };
  started = performance.now();
  await run(
    { arguments: [file], options },
    {
      ...quiet,
      out: (text) => {
        out += text;
      },
      err: (text) => process.stderr.write(text),
    },
  );
  return () => {
    const { input, totals } = JSON.parse(out) as { input: { records: number }; totals: Omit<Totals, "records"> };
    return { records: input.records, sessions: totals.sessions, vcpuNs: totals.vcpuNs, byteMs: totals.byteMs };
  };
}

async function duckDb(): Promise<() => Totals> {
  started = performance.now();
  const { records, sessions } = await meterWithDuckDb(file, Number(threads), "2026-09");
  return () => ({
    records,
    sessions: sessions.length,
    vcpuNs: String(sessions.reduce((sum, session) => sum + BigInt(session.vcpuNs), 0n)),
    byteMs: String(sessions.reduce((sum, session) => sum + BigInt(session.byteMs), 0n)),
  });
}

let started = 0;
const totals = await (engine === "duckdb" ? duckDb() : sandmeter());
const ms = performance.now() - started;
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ ms, peakMb, totals: totals() })}\n`);
