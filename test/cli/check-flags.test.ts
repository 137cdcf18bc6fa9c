import { expect, it } from "vitest";
import { UsageError } from "../../cli/cli-error.ts";
import { runProgram } from "../../cli/program.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { verbs } from "../../cli/verbs/index.ts";

const terminal: Terminal = {
  out: () => undefined,
  err: () => undefined,
  interactive: false,
  columns: 80,
  color: false,
  env: {},
  cwd: "/",
  signal: new AbortController().signal,
};

it.each([
  ["scan", "--fail-on", "never"],
  ["watch", "--every", "soon"],
  ["rate", "--rule", "2019-01", "usage.ndjson"],
  ["dashboards", "--name", "a b"],
  ["demo", "--speed", "fast"],
  ["emulate", "--port", "99999999"],
])("%s tells an unknown flag together with a wrong value of %s", async (verb, flag, ...rest) => {
  const error: unknown = await runProgram(verbs, "0.0.0", [verb, "--nonsense", flag, ...rest], terminal).then(
    () => null,
    (reason: unknown) => reason,
  );
  const problems = error instanceof UsageError ? error.problems : [];
  expect(problems).toContainEqual(expect.stringContaining("unknown flag --nonsense"));
  expect(problems).toContainEqual(expect.stringContaining(flag));
});
