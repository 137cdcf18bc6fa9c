import { type ExitCode, exitCode } from "./exit-code.ts";

/** An error whose message is for the user: what happened, where, and what to do. No stack is shown. */
export class CliError extends Error {
  readonly exit: ExitCode;
  constructor(message: string, exit: ExitCode = exitCode.failed, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exit = exit;
  }
}

/** Bad input: every problem at once, each with what to do. Exit code 2. */
export class UsageError extends CliError {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"), exitCode.usage);
    this.name = "UsageError";
    this.problems = problems;
  }
}
