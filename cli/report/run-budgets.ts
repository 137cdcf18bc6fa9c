import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { lookAtBudgets } from "../../core/jobs/check-spend/look-at-budgets.ts";
import { trailOf } from "../accounts/compose.ts";
import { UsageError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import { clientsOf } from "../scan/compose.ts";
import { systemClock } from "../system-clock.ts";
import type { RunVerb, VerbInput } from "../verb.ts";
import { budgetCoverage } from "./budget-coverage.ts";
import { type BudgetLook, budgetsJson, renderBudgets } from "./budget-standings.ts";
import { readReportSettings } from "./report-subject.ts";
import { withStores } from "./with-stores.ts";

/** `sandmeter report --budgets`: where each budget of the configuration stands in its window. */
export const runBudgets: RunVerb = async ({ options }, terminal) => {
  const now = systemClock.now();
  const { problems, ...read } = await readReportSettings(options, terminal);
  const all = [...problems, ...foreignToBudgets(options)];
  if (all.length > 0) throw new UsageError(all);
  const { settings, accounts } = read;
  const clients = clientsOf(settings);
  try {
    return await withStores(read, clients, terminal.signal, async (stores) => {
      const coverage = await budgetCoverage(stores, now);
      const { standings, problems: ofLook } = await lookAtBudgets(
        { ...stores, kind: codeInterpreterKind, trail: trailOf(clients, accounts)?.follow ?? null },
        now,
        { ...accounts, prices: settings.prices, targets: coverage.targets, unread: coverage.unread },
        terminal.signal,
      );
      // Without a budget there is nothing that could be missing.
      const { notes, problems: ofAccounts } = accounts.budgets.length === 0 ? nothingMissing : coverage;
      const look: BudgetLook = { now, standings, age: coverage.age, notes, problems: [...ofLook, ...ofAccounts] };
      const json = options["json"] === true || options["format"] === "json";
      terminal.out(json ? `${safeJson(budgetsJson(look))}\n` : renderBudgets(look, terminal));
      return look.notes.length + look.problems.length > 0 ? exitCode.partial : exitCode.done;
    });
  } finally {
    clients.close();
  }
};

const nothingMissing = { notes: [], problems: [] };

/** Flags of costs by a window that is asked for: a budget has its own. */
const ofCosts = ["from", "to", "month", "last", "group-by", "out", "billing-account", "top", "accounts"];

export const foreignToBudgets = (options: VerbInput["options"]): readonly string[] => [
  ...[...ofCosts, "regions"]
    .filter((flag) => options[flag.replace(/-./g, (part) => part.slice(1).toUpperCase())] !== undefined)
    .map((flag) => `--${flag} is for costs: with --budgets each budget has its window and what it is kept by`),
  ...formatProblems(options["format"], options["json"] === true),
];

function formatProblems(format: unknown, json: boolean): readonly string[] {
  if (format === undefined || format === "json") return [];
  if (format !== "table") return [`--format: with --budgets the formats are table and json, not "${String(format)}"`];
  return json ? ["--json and --format table are two formats: leave one out"] : [];
}
