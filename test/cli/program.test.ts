import { describe, expect, it } from "vitest";
import { UsageError } from "../../cli/cli-error.ts";
import { nearestOf } from "../../cli/config/nearest.ts";
import { exitCode, worstExitCode } from "../../cli/exit-code.ts";
import { runProgram } from "../../cli/program.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Verb, VerbInput } from "../../cli/verb.ts";

function setUp() {
  const seen: VerbInput[] = [];
  let out = "";
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    interactive: false,
    columns: 80,
    color: false,
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
  };
  const load: Verb["load"] = () =>
    Promise.resolve((input) => {
      seen.push(input);
      return Promise.resolve(exitCode.partial);
    });
  const verbs: readonly Verb[] = [
    {
      name: "look",
      summary: "looks",
      description: "Looks at things.",
      options: [
        { flags: "--regions <list>", description: "where" },
        { flags: "--limit <code=value>", description: "how many", repeatable: true },
        { flags: "--json", description: "as JSON" },
      ],
      examples: [{ command: "sandmeter look --json", does: "looks, as JSON" }],
      load,
    },
    { name: "read", arguments: "<files...>", summary: "reads", description: "Reads.", options: [], examples: [], load },
  ];
  const run = (...argv: string[]) => runProgram(verbs, "1.2.3", argv, terminal);
  const problemsOf = async (...argv: string[]): Promise<readonly string[]> => {
    const error: unknown = await run(...argv).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof UsageError)) throw new Error(`no usage error but ${String(error)}`);
    return error.problems;
  };
  return { run, problemsOf, seen, out: () => out };
}

describe("the command line", () => {
  it("hands flags and arguments to the verb as text, and gives back its exit code", async () => {
    const { run, seen } = setUp();
    expect(await run("look", "--regions", "a,b", "--limit", "x=1", "--limit", "y=2", "--json")).toBe(exitCode.partial);
    expect(await run("read", "a", "-", "b")).toBe(exitCode.partial);
    expect(seen).toEqual([
      { arguments: [], options: { regions: "a,b", limit: ["x=1", "y=2"], json: true } },
      { arguments: ["a", "-", "b"], options: {} },
    ]);
  });
  it("reports every unknown flag at once, each with the nearest known one", async () => {
    const { problemsOf, seen } = setUp();
    const problems = await problemsOf("look", "--region", "a", "--jsn", "--nonsense");
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain("--region: did you mean --regions?");
    expect(problems[1]).toContain("--jsn: did you mean --json?");
    expect(problems[2]).toContain("unknown flag --nonsense (see");
    expect(seen).toEqual([]);
  });
  it("refuses an argument where the verb takes none", async () => {
    expect(await setUp().problemsOf("look", "here")).toEqual([
      'unexpected argument "here": `sandmeter look` takes none',
    ]);
  });
  it("refuses a flag without its value and a verb without its argument", async () => {
    expect((await setUp().problemsOf("look", "--regions"))[0]).toContain("--regions");
    expect((await setUp().problemsOf("read"))[0]).toContain("files");
  });
  it("names the nearest verb for an unknown one", async () => {
    expect((await setUp().problemsOf("lok"))[0]).toContain('unknown verb "lok": did you mean look?');
    expect((await setUp().problemsOf())[0]).toContain("say what to do");
  });
  it("prints help with examples and the version, and loads no verb for it", async () => {
    const { run, out, seen } = setUp();
    expect(await run("--help")).toBe(exitCode.done);
    expect(await run("look", "--help")).toBe(exitCode.done);
    expect(await run("--version")).toBe(exitCode.done);
    expect(out()).toContain("Exit codes:");
    expect(out()).toContain("sandmeter look --json\n      looks, as JSON");
    expect(out()).toContain("1.2.3");
    expect(seen).toEqual([]);
  });
  it.each([
    [["help"], ["--help"]],
    [["help", "--help"], ["--help"]],
    [["help", "help"], ["--help"]],
    [
      ["help", "look"],
      ["look", "--help"],
    ],
    [
      ["help", "look", "--help"],
      ["look", "--help"],
    ],
  ])("shows by %j what %j shows", async (words, flags) => {
    const [asked, same] = [setUp(), setUp()];
    expect(await asked.run(...words)).toBe(exitCode.done);
    expect(await same.run(...flags)).toBe(exitCode.done);
    expect(asked.out()).toBe(same.out());
    expect(asked.out()).toContain("Usage: sandmeter");
  });
  it("knows no help of a verb that is none, or of several", async () => {
    expect(await setUp().problemsOf("help", "lok", "read")).toEqual([
      'unknown verb "lok": did you mean look? (verbs: look, read)',
      'unexpected argument "read": `sandmeter help` takes one verb',
    ]);
  });
});

describe("where several exit codes apply", () => {
  it.each([
    [[], 0],
    [[0, 4], 4],
    [[4, 3], 3],
    [[3, 1, 4], 1],
    [[1, 2, 3, 4], 2],
  ] as const)("%j is %d", (codes, expected) => expect(worstExitCode(codes)).toBe(expected));
});

it.each([
  ["us-esat-1", ": did you mean us-east-1?"],
  ["EU-WEST-1", ": did you mean eu-west-1?"],
  ["us-eats-11", ""],
  ["eu-w", ": did you mean eu-west-1?"],
  ["eu", ""],
  ["mars", ""],
])("finds the word nearest to %s within two edits, or the only one that begins so, whatever its case", (word, hint) =>
  expect(nearestOf(word, ["us-east-1", "eu-west-1"])).toBe(hint),
);
