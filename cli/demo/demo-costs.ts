import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { costReport } from "../../core/reporting/cost-report.ts";
import { accountsLine, accountsProblemLines } from "../accounts/accounts-lines.ts";
import type { Stores } from "../accounts/stores.ts";
import { painter } from "../render/style.ts";
import { groupsInOrder } from "../report/groups-in-order.ts";
import { renderReport } from "../report/render-report.ts";
import { coverageOf } from "../report/report-subject.ts";
import { builtInPricing } from "../scan/compose.ts";
import type { Terminal } from "../terminal.ts";

const hourMs = 3_600_000;

/** What the pass made of the fleet's usage records: the ledger in a line, and a report of the last day by interpreter. */
export async function demoCosts(
  stores: Stores,
  outcome: AccountsOutcome,
  now: Instant,
  terminal: Terminal,
): Promise<string> {
  const targets = await stores.targets();
  const until = plusMs(instant(now - (now % hourMs)), hourMs);
  const window = { from: plusMs(until, -24 * hourMs), until };
  const cost = await costReport(
    stores,
    {
      ...builtInPricing,
      ...window,
      now,
      targets,
      includes: () => true,
      groupBy: ["interpreter"],
      top: 3,
      kind: codeInterpreterKind,
      attribution: { rules: [], labels: [] },
      principalOf: () => null,
    },
    terminal.signal,
  );
  const groups = groupsInOrder(cost.groups, ["interpreter"]);
  const coverage = await coverageOf(stores, targets);
  const content = { ...window, now, groupBy: ["interpreter"], cost, groups, coverage };
  return [
    `${painter(terminal.color)("The ledger", "bold")}\n  ${accountsLine(outcome)}\n`,
    ...accountsProblemLines(outcome).map((line) => `  ${line}\n`),
    "\n",
    renderReport({ ...content, closed: null, problems: [] }, terminal),
  ].join("");
}
