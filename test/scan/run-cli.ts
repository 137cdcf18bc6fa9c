import { CliError } from "../../cli/cli-error.ts";
import { runProgram } from "../../cli/program.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { verbs } from "../../cli/verbs/index.ts";

export interface CliRun {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in this process, as main does. */
export async function runCli(argv: readonly string[], part: Partial<Terminal> = {}): Promise<CliRun> {
  let out = "";
  let err = "";
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    columns: 120,
    color: false,
    env: {},
    cwd: import.meta.dirname,
    signal: new AbortController().signal,
    ...part,
  };
  try {
    const exit = await runProgram(verbs, "0.0.0", argv, terminal);
    return { exit, out, err };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { exit: error.exit, out, err: err + error.message };
  }
}
