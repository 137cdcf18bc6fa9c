import { expect, it } from "vitest";
import { UsageError } from "../../cli/cli-error.ts";
import { runProgram } from "../../cli/program.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { verbs } from "../../cli/verbs/index.ts";
import { fleetNames } from "../../local/create-world.ts";

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

const problemsOf = async (...argv: string[]): Promise<readonly string[]> => {
  const error: unknown = await runProgram(verbs, "0.0.0", argv, terminal).then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof UsageError ? error.problems : [];
};

it.each([
  ["scan", "--fail-on", "never"],
  ["watch", "--every", "soon"],
  ["rate", "--rule", "2019-01", "usage.ndjson"],
  ["prices", "--at", "soon", "show"],
  ["prices", "--rule", "2019-01", "import", "offer.json"],
  ["prices", "--config", "nowhere.yaml", "show"],
  ["attribution", "--account", "12", "explain"],
  ["attribution", "--name", "etl-7", "check"],
  ["attribution", "--config", "nowhere.yaml", "check"],
  ["dashboards", "--name", "a b"],
  ["demo", "--speed", "fast"],
  ["emulate", "--port", "99999999"],
])("%s tells an unknown flag together with a wrong value of %s", async (verb, flag, ...rest) => {
  const problems = await problemsOf(verb, "--nonsense", flag, ...rest);
  expect(problems).toContainEqual(expect.stringContaining("unknown flag --nonsense"));
  expect(problems).toContainEqual(expect.stringContaining(flag));
});

it("names in its help every fleet that emulate has", () => {
  const fleets = verbs
    .find((verb) => verb.name === "emulate")
    ?.options.find(({ flags }) => flags.startsWith("--fleet"));
  expect(fleets?.description).toBe(`${fleetNames.join(", ")}, or a fleet file`);
});

it.each([
  ["prices", "show"],
  ["attribution", "check"],
])("%s does not take the value of an unknown flag for what is to be done", async (verb, half) =>
  expect(await problemsOf(verb, "--nonsense", "value", half)).toEqual([
    expect.stringContaining("unknown flag --nonsense"),
  ]),
);
