import process from "node:process";
import { CliError, UsageError } from "./cli-error.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { runProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";
import { verbs } from "./verbs/index.ts";
import { productVersion } from "./version.ts";

// The one place where the command line reads the environment and the process.
const stop = new AbortController();
// One Ctrl-C can come twice: from the terminal, which signals all of its processes, and from whatever started this one.
const samePressMs = 500;
let stoppedAt = Number.POSITIVE_INFINITY;
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    const now = performance.now();
    if (now - stoppedAt > samePressMs) {
      if (terminal.interactive) process.stdout.write(leaveScreen);
      process.exit(exitCode.interrupted);
    }
    stoppedAt = Math.min(stoppedAt, now);
    stop.abort(name);
  });
}
/** Back from the alternate screen, with a cursor: harmless where neither was taken away. */
const leaveScreen = "\u001b[?1049l\u001b[?25h";
// A reader that closes the pipe early (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.done);
  throw error;
});

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stdout.isTTY === true && process.stderr.isTTY === true && process.env["TERM"] !== "dumb",
  // Asked each time: a terminal can be resized while a verb redraws it.
  get columns() {
    // A terminal that does not know its width says 0.
    return process.stdout.columns || 120;
  },
  color: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
  env: process.env,
  cwd: process.cwd(),
  signal: stop.signal,
};

async function main(): Promise<ExitCode> {
  try {
    return await runProgram(verbs, productVersion(), process.argv.slice(2), terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(error.problems.map((problem) => `sandmeter: ${problem}\n`).join(""));
      return error.exit;
    }
    if (error instanceof CliError) {
      terminal.err(`sandmeter: ${error.message}\n`);
      return error.exit;
    }
    if (stop.signal.aborted) {
      terminal.err("sandmeter: interrupted\n");
      return exitCode.interrupted;
    }
    terminal.err(
      `sandmeter: unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCode.failed;
  }
}

process.exitCode = await main();
// The verb has ended. What an SDK still waits for between two attempts would hold an interrupted process for seconds.
if (stop.signal.aborted) process.exit();
