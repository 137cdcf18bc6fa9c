import type { Instant } from "../kernel/instant.ts";
import { mapConcurrently } from "../kernel/map-concurrently.ts";
import type { Problem } from "../kernel/problem.ts";
import { RegistryError } from "../ports/registry-error.ts";
import { orTold } from "./accounts/document-problem.ts";
import { rememberAccounts } from "./accounts/memory.ts";
import type { AccountsOutcome, TargetAccounts } from "./accounts/outcome.ts";
import type { AccountsInput, AccountsPorts } from "./accounts/ports.ts";
import { checkSpend } from "./check-spend/check-spend.ts";
import { ingest } from "./ingest/ingest.ts";
import type { IngestedTarget } from "./ingest/outcome.ts";
import { restatePrices } from "./restate/restate-prices.ts";
import { type SettledTarget, settle } from "./settle/settle.ts";

// Each target has request budgets of its own; what is read of one at a time bounds memory.
const targetsAtOnce = 4;

/**
 * One pass over the cost ledger of all targets: reads new usage records, settles what can no longer change, restates what was
 * closed at prices that are others now, and checks the budgets. One target's failure is one target's failure. Rejects only when
 * `signal` is aborted, and then leaves a state that the next pass goes on from.
 */
export const keepAccounts =
  (ports: AccountsPorts) =>
  async (now: Instant, input: AccountsInput, signal: AbortSignal): Promise<AccountsOutcome> => {
    const ingested = (await ingest(ports)(now, input, signal)).map((target) => withoutRegion(target, input));
    const targets = await mapConcurrently(ingested, targetsAtOnce, async (target) =>
      remembered(ports, now, await settleOne(ports, now, input, target, signal)),
    );
    const repriced = await restatePrices(ports, now, input, signal);
    const unread = targets.filter(({ status }) => status !== "ok").map(({ target }) => target);
    const { budgets, events, problems: ofSpend } = await checkSpend(ports)(now, { ...input, unread }, signal);
    const problems = [...repriced.problems, ...ofSpend];
    const isTold = events.every(({ result }) => result !== "unsent");
    return {
      asOf: now,
      complete: unread.length === 0 && isTold && problems.length === 0,
      targets,
      repriced: repriced.restated,
      budgets,
      events,
      problems,
    };
  };

/** A Region that is not enabled has no interpreters, which is no failure where nobody named it. */
function withoutRegion(ingested: IngestedTarget, { notEnabled }: Pick<AccountsInput, "notEnabled">): IngestedTarget {
  const { listed, problems, located } = ingested;
  const isOff = problems.length > 0 && problems.every(({ code }) => code === "RegionNotEnabled");
  const isSkipped = notEnabled === "skip" && isOff && listed.length === 0 && located.size === 0;
  return isSkipped ? { ...ingested, status: "ok", problems: [] } : ingested;
}

async function settleOne(
  ports: AccountsPorts,
  now: Instant,
  input: AccountsInput,
  ingested: IngestedTarget,
  signal: AbortSignal,
): Promise<TargetAccounts> {
  if (ingested.status === "failed") return accountsOf(ingested, nothingSettled, "failed");
  const lines = ingested.sources.reduce((sum, source) => sum + source.lines, 0);
  ports.onProgress?.({ target: ingested.target, stage: "settling", lines });
  try {
    const settled = await settle(ports)(now, input, ingested, signal);
    return accountsOf(ingested, settled, settled.problems.length > 0 ? "partial" : ingested.status);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const problem: Problem = { code: "StateUnavailable", message: error.message };
    return accountsOf(ingested, { ...nothingSettled, problems: [problem] }, "failed");
  }
}

/** Reports say what the last pass could not read. */
async function remembered(
  { documents }: Pick<AccountsPorts, "documents">,
  now: Instant,
  accounts: TargetAccounts,
): Promise<TargetAccounts> {
  const problems = await orTold("What this pass came to was not remembered for reports", () =>
    rememberAccounts(documents, now, accounts),
  );
  if (problems.length === 0) return accounts;
  const status = accounts.status === "ok" ? "partial" : accounts.status;
  return { ...accounts, status, problems: [...accounts.problems, ...problems] };
}

const nothingSettled: SettledTarget = {
  closed: 0,
  restated: 0,
  open: 0,
  lateUnverifiable: 0,
  lateUncertain: 0,
  problems: [],
};

const accountsOf = (
  ingested: IngestedTarget,
  settled: SettledTarget,
  status: TargetAccounts["status"],
): TargetAccounts => ({
  target: ingested.target,
  status,
  usage: [...ingested.located].map(([interpreter, located]) => ({ interpreter, located })),
  sources: ingested.sources,
  touched: ingested.touched,
  closed: settled.closed,
  restated: settled.restated,
  open: settled.open,
  lateUnverifiable: settled.lateUnverifiable,
  lateUncertain: settled.lateUncertain,
  problems: [...ingested.problems, ...settled.problems],
});
