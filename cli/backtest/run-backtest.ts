import type { AwsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { type Backtest, backtest } from "../../core/cleanup/backtest/backtest.ts";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { CleanupInput } from "../cleanup/cleanup-input.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode, worstExitCode } from "../exit-code.ts";
import { progressLine } from "../render/progress-line.ts";
import { safeJson } from "../render/safe-text.ts";
import { clientsOf } from "../scan/compose.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { type AccountHistory, readAccount } from "./account-history.ts";
import { readBacktestInput, type Variant } from "./backtest-input.ts";
import { accountPlace, type BacktestOptions } from "./backtest-options.ts";
import { type BacktestContent, backtestReport } from "./backtest-report.ts";
import { callsOfFiles } from "./past-calls.ts";
import { livesOfState } from "./past-lives.ts";
import { type CallsOf, pastSessions } from "./past-sessions.ts";
import { type PastUsage, pastUsage } from "./past-usage.ts";
import { readUsagePlace } from "./read-places.ts";
import { backtestCsv, renderBacktest } from "./render-backtest.ts";

export const checkBacktest: CheckVerb = async (input, terminal) =>
  (await readBacktestInput(input.options, terminal)).problems;

export const runBacktest: RunVerb = async ({ options }, terminal) => {
  const { problems, own, cleanup, sets } = await readBacktestInput(options, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  let made: AwsClients | null = null;
  // Files alone need no client.
  const clients = (): AwsClients => {
    made ??= clientsOf(cleanup.settings);
    return made;
  };
  try {
    const content = await replay(own, cleanup, sets, clients, terminal);
    if (own.format === "json") terminal.out(`${safeJson(backtestReport(content))}\n`);
    else terminal.out(own.format === "csv" ? backtestCsv(content) : renderBacktest(content, terminal));
    return exitOf(content);
  } finally {
    (made as AwsClients | null)?.close();
  }
};

async function replay(
  own: BacktestOptions,
  cleanup: CleanupInput,
  sets: readonly Variant[],
  clients: () => AwsClients,
  terminal: Terminal,
): Promise<BacktestContent> {
  const { signal, cwd } = terminal;
  const now = systemClock.now();
  const past = pastUsage(own.from, own.until);
  const progress = progressLine(terminal);
  const problems: Problem[] = [];
  let account: AccountHistory | null = null;
  try {
    for (const place of own.usage) {
      progress.show(() => `Reading ${place}: ${past.records()} records so far`);
      if (place !== accountPlace) await readUsagePlace(place, cwd, clients, past, now, signal);
    }
    if ([...own.usage, ...own.calls].includes(accountPlace)) {
      const tell = (text: string): void => progress.show(() => text);
      account = await readAccount(clients(), cleanup, own, past, tell, signal);
    }
    problems.push(...past.problems());
    if (past.records() === 0) throw new CliError(nothingText([...problems, ...(account?.problems() ?? [])]));
    problems.push(...past.unknownOf(own.lag.atTeardown));
    const window = recordedWindow(own, past.span(), account?.now ?? now);
    const files = await callsOfFiles(
      own.calls.filter((place) => place !== accountPlace),
      cwd,
      signal,
    );
    problems.push(...files.problems);
    const lives = await livesOfState(cleanup, clients, past.targets(), window.from, signal);
    const callsOf: CallsOf = (key, life) => {
      const calls = files.of(key);
      // What came later is no part of what is replayed.
      if (calls !== null) {
        const within = calls.filter(({ surelyFrom }) => surelyFrom < window.until);
        return { kind: "session", window, calls: within, mayMiss: files.problems.length > 0 };
      }
      return account?.callsOf(key, life) ?? { kind: "none" };
    };
    progress.show(() => `Replaying ${past.records()} records`);
    const found = replayAll(pastSessions(past, lives, callsOf, window), sets, cleanup, own, window);
    problems.push(...(account?.problems() ?? []));
    return {
      policyFile: cleanup.policyFile ?? "",
      window,
      sweepEveryMs: own.everyMs,
      lag: own.lag,
      records: past.records(),
      rows: sets.map(({ change }, place) => ({ change, backtest: found[place] as Backtest })),
      problems,
    };
  } finally {
    progress.clear();
  }
}

/**
 * What was recorded of what was asked for: whether a session did not work again, or was only not seen any more, is told by where that ends.
 * An account has recorded up to now, and files no more than what is in them.
 */
function recordedWindow(
  { usage, from, until }: BacktestOptions,
  span: ReturnType<PastUsage["span"]>,
  now: Instant,
): Span {
  const isAccount = usage.every((place) => place === accountPlace);
  const [first, last] = isAccount ? [from ?? span.from, now] : [span.from, span.until];
  return { from: instant(Math.max(from ?? first, first)), until: instant(Math.min(until ?? last, last)) };
}

const replayAll = (
  sessions: Parameters<typeof backtest>[0],
  sets: readonly Variant[],
  { accounts, settings }: CleanupInput,
  { lag, everyMs }: BacktestOptions,
  window: Span,
): readonly Backtest[] =>
  backtest(
    sessions,
    sets.map(({ set }) => set),
    {
      idleVcpu: accounts.meter.idleVcpu,
      gb: accounts.meter.gb,
      prices: settings.prices,
      memoryGb: codeInterpreterKind.size.memoryGb,
      lag,
      sweepEveryMs: everyMs,
      window,
    },
  );

const nothingText = (problems: readonly Problem[]): string =>
  [
    "no usage record was read, so nothing can be replayed: name files of USAGE_LOGS records with --usage, and see --from and --to",
    ...problems.map(({ message }) => message),
  ].join("\n");

/** A false stop is what nobody may have: a job can fail on it. */
function exitOf({ rows, problems }: BacktestContent): ExitCode {
  const isFalse = (rows[0]?.backtest.figures.byBasis.proved.falseStops ?? 0) > 0;
  return worstExitCode([...(isFalse ? [exitCode.critical] : []), ...(problems.length > 0 ? [exitCode.partial] : [])]);
}
