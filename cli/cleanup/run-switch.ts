import { actingSwitch } from "../../core/cleanup/stop/switch-standing.ts";
import { standingOf } from "../../core/jobs/sweep/regret/stored-verdict.ts";
import type { SwitchPosition } from "../../core/ports/kill-switch.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { type CleanupInput, readCleanupInput } from "./cleanup-input.ts";
import { killSwitchOf, userOf } from "./compose.ts";
import { switchJson, switchText } from "./switch-text.ts";
import { withCleanup } from "./with-cleanup.ts";

const longestWhy = 500;

/** Nothing that is wrong with a policy keeps anyone from disarming. */
const policyOf = { armed: "if-there", disarmed: "ignored" } as const;

export const checkArm: CheckVerb = async ({ options }, terminal) =>
  (await readSwitchInput("armed", options, terminal)).problems;
export const checkDisarm: CheckVerb = async ({ options }, terminal) =>
  (await readSwitchInput("disarmed", options, terminal)).problems;

export const runArm: RunVerb = (input, terminal) => turn("armed", input, terminal);
export const runDisarm: RunVerb = (input, terminal) => turn("disarmed", input, terminal);

async function readSwitchInput(state: SwitchPosition["state"], options: VerbInput["options"], terminal: Terminal) {
  // Whoever only looks at the switch sees it whatever is wrong with a policy.
  const ofPolicy: string[] | null = options["show"] === true ? [] : null;
  const { problems, ...input } = await readCleanupInput(options, terminal, policyOf[state], ofPolicy);
  const why = typeof options["why"] === "string" ? options["why"] : null;
  if (why === "") problems.push("--why needs a text: whoever finds it later wants to know");
  if (why !== null && why.length > longestWhy) problems.push(`--why must be ${longestWhy} characters or less`);
  if (options["show"] === true && why !== null) problems.push("--show changes nothing: leave out --why");
  return { input, why, problems, unread: ofPolicy ?? [] };
}

async function turn(state: SwitchPosition["state"], { options }: VerbInput, terminal: Terminal): Promise<ExitCode> {
  const { input, why, problems, unread } = await readSwitchInput(state, options, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  if (unread.length > 0) terminal.err(`The policy file could not be read (${safeText(unread.join("; "))}).\n`);
  const wanted = options["show"] === true ? null : { state, by: userOf(terminal), why, at: systemClock.now() };
  let isSet = false;
  const { standing, before } = await withCleanup(input, terminal.signal, async (clients, stores) => {
    const store = killSwitchOf(clients, stores.documents, input.cleanup);
    const found = await standingOf(stores.documents, store.read, terminal.signal);
    if (wanted === null) return { standing: found, before: null };
    const problem = await store.write(wanted, terminal.signal);
    if (problem !== null) throw new CliError(safeText(problem.message));
    isSet = true;
    return { standing: await standingOf(stores.documents, store.read, terminal.signal), before: found };
  }).catch((error: unknown) => {
    // The state that holds the switch, or whatever else is opened before it is turned, may be what is wrong.
    if (!(error instanceof CliError) || wanted === null || isSet) throw error;
    throw new CliError(notSet(state, error.message), error.exit, { cause: error });
  });
  const place = placeOf(input);
  terminal.out(
    options["json"] === true
      ? `${safeJson(switchJson(standing, before, place, unread, systemClock.now()))}\n`
      : `${switchText(standing, before, place, unread.length > 0 ? null : input)}\n`,
  );
  return wanted === null || actingSwitch(standing).state === state ? exitCode.done : exitCode.failed;
}

/** Whoever wants to disarm wants to know at once that it did not work, and what else does. */
const notSet = (state: SwitchPosition["state"], message: string): string =>
  state === "armed"
    ? `stopping was not armed: ${message}`
    : `STOPPING WAS NOT DISARMED: ${message} Until it is, end what runs \`watch --policy\`, or take the right to stop sessions from the stopper's role.`;

const placeOf = ({ cleanup, accounts }: CleanupInput): string => {
  if (cleanup.switch !== null) return `parameter ${cleanup.switch.parameter} in ${cleanup.switch.region}`;
  return accounts.table === null ? accounts.stateFile : `table ${accounts.table}`;
};
