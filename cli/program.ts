import { Command, Option } from "commander";
import { UsageError } from "./cli-error.ts";
import { nearestOf } from "./config/nearest.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";
import type { Verb } from "./verb.ts";

/** Runs the verb that `argv` names. Throws `CliError` for what the user should read. */
export async function runProgram(
  verbs: readonly Verb[],
  version: string,
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  let result: ExitCode = exitCode.done;
  const program = new Command("sandmeter")
    .description("Knows and controls what AI agents' code sandboxes cost.")
    .version(version)
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ writeOut: terminal.out, writeErr: () => undefined })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 bad input or usage, 3 done and something is critical, 4 done in part, 130 interrupted.\nEvery verb has --json and --help with examples; `sandmeter help VERB` shows the same help.",
    )
    .exitOverride();
  for (const verb of verbs) {
    program.addCommand(
      commandOf(verb, terminal, (code) => {
        result = code;
      }),
    );
  }
  try {
    if (argv.length === 0) throw new UsageError([`say what to do\n\n${program.helpInformation()}`]);
    await program.parseAsync(withoutHelpVerb(argv, verbs), { from: "user" });
  } catch (error) {
    return handleParseError(error, verbs, argv);
  }
  return result;
}

/** `help` and `help VERB` as the flag that does the same; commander's own shows all verbs for one that it does not know. */
function withoutHelpVerb(argv: readonly string[], verbs: readonly Verb[]): readonly string[] {
  if (argv[0] !== "help") return argv;
  const [word, ...more] = argv.slice(1).filter((item) => item !== "--help" && item !== "-h" && item !== "help");
  if (word === undefined) return ["--help"];
  const problems = more.map((item) => `unexpected argument "${item}": \`sandmeter help\` takes one verb`);
  if (!verbs.some((verb) => verb.name === word)) problems.unshift(unknownVerb(word, verbs));
  if (problems.length > 0) throw new UsageError(problems);
  return [word, "--help"];
}

function commandOf(verb: Verb, terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command(verb.name)
    .summary(verb.summary)
    .description(verb.description)
    .configureOutput({ writeOut: terminal.out, writeErr: () => undefined })
    .exitOverride()
    // Commander stops at the first wrong flag; all of them are collected here and reported together.
    .allowUnknownOption()
    .allowExcessArguments();
  if (verb.arguments !== undefined) command.argument(verb.arguments);
  for (const item of verb.options) {
    const option = new Option(item.flags, item.description);
    if (item.default !== undefined) option.default(item.default);
    if (item.repeatable === true)
      option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value]);
    command.addOption(option);
  }
  const examples = verb.examples.map((example) => `  ${example.command}\n      ${example.does}`).join("\n");
  command.addHelpText("after", `\nExamples:\n${examples}`);
  return command.action(async () => {
    const strangers = command.args.filter((argument) => argument.startsWith("-") && argument !== "-");
    const positional = command.args.filter((argument) => !strangers.includes(argument));
    const input = { arguments: positional, options: command.opts() };
    const unknown = strangers.map((flag) => unknownFlag(flag, command));
    const unexpected = verb.arguments === undefined ? positional.map((word) => unexpectedArgument(word, verb)) : [];
    // A word after an unknown flag is most often its value: what it is will be seen once the flag is right.
    const problems = unknown.length > 0 ? unknown : unexpected;
    if (problems.length > 0) {
      const check = await verb.check?.();
      throw new UsageError([...problems, ...((await check?.(input, terminal)) ?? [])]);
    }
    const run = await verb.load();
    done(await run(input, terminal));
  });
}

const unexpectedArgument = (word: string, verb: Verb): string =>
  `unexpected argument "${word}": \`sandmeter ${verb.name}\` takes none`;

function unknownFlag(flag: string, command: Command): string {
  const known = command.options.flatMap((option) =>
    option.long === undefined || option.long === null ? [] : [option.long],
  );
  const hint = nearestOf(flag.split("=")[0] ?? flag, known);
  return `unknown flag ${flag}${hint} (see \`sandmeter ${command.name()} --help\`)`;
}

function unknownVerb(word: string, verbs: readonly Verb[]): string {
  const names = verbs.map((verb) => verb.name);
  return `unknown verb "${word}"${nearestOf(word, names)} (verbs: ${names.join(", ")})`;
}

function handleParseError(error: unknown, verbs: readonly Verb[], argv: readonly string[]): ExitCode {
  if (!isCommanderError(error)) throw error;
  if (error.exitCode === 0) return exitCode.done;
  if (error.code === "commander.unknownCommand") {
    throw new UsageError([unknownVerb(argv.find((item) => !item.startsWith("-")) ?? "", verbs)]);
  }
  throw new UsageError([error.message.replace(/^error: /, "")]);
}

const isCommanderError = (error: unknown): error is Error & { code: string; exitCode: number } =>
  error instanceof Error && "exitCode" in error && String((error as { code?: unknown }).code).startsWith("commander.");
