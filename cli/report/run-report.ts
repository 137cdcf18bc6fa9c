import type { AwsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { type CostRequest, costReport } from "../../core/reporting/cost-report.ts";
import type { Stores } from "../accounts/stores.ts";
import { UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode, worstExitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { clientsOf } from "../scan/compose.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { closedMonth } from "./closed-month.ts";
import { writeFocus } from "./focus-file.ts";
import { focusJson, focusLines } from "./focus-told.ts";
import { groupsInOrder } from "./groups-in-order.ts";
import { renderReport } from "./render-report.ts";
import { groupsWithFrozen, type ReportContent } from "./report-content.ts";
import { reportCsv } from "./report-csv.ts";
import { reportJson } from "./report-json.ts";
import { type ReportOptions, readReportOptions } from "./report-options.ts";
import { coverageOf, principalsOf, type ReportSettings, readReportSettings, unreadIn } from "./report-subject.ts";
import { foreignToBudgets, runBudgets } from "./run-budgets.ts";
import { runClose } from "./run-close.ts";
import { withStores } from "./with-stores.ts";

export const checkReport: CheckVerb = async ({ options }, terminal) => {
  const { accounts, problems } = await readReportSettings(options, terminal);
  if (options["budgets"] === true) return [...problems, ...foreignToBudgets(options)];
  return [...problems, ...readReportOptions(options, accounts.attribution, systemClock.now()).problems];
};

export const runReport: RunVerb = async (input, terminal) => {
  const [what, ...rest] = input.arguments;
  if (what === "close") return runClose({ ...input, arguments: rest }, terminal);
  if (what !== undefined)
    throw new UsageError([
      `\`sandmeter report ${safeText(what)}\` is no command: leave the word out, or say \`close\``,
    ]);
  if (input.options["budgets"] === true) return runBudgets(input, terminal);
  const now = systemClock.now();
  const { problems, ...read } = await readReportSettings(input.options, terminal);
  const { report, problems: own } = readReportOptions(input.options, read.accounts.attribution, now);
  if (problems.length + own.length > 0) throw new UsageError([...problems, ...own]);
  const clients = clientsOf(read.settings);
  try {
    return await withStores(read, clients, terminal.signal, (stores) =>
      run(clients, stores, read, report, now, terminal),
    );
  } finally {
    clients.close();
  }
};

async function run(
  clients: AwsClients,
  stores: Stores,
  { settings, accounts }: ReportSettings,
  report: ReportOptions,
  now: Instant,
  terminal: Terminal,
): Promise<ExitCode> {
  const { signal } = terminal;
  const includes = ({ account, region }: Target): boolean =>
    (report.accounts?.includes(account) ?? true) && (report.regions?.includes(region) ?? true);
  const targets = (await stores.targets()).filter(includes);
  const { principalOf, problems } = await principalsOf(clients, accounts, targets, report, signal);
  const request: CostRequest = {
    now,
    from: report.from,
    until: report.until,
    targets,
    includes,
    groupBy: report.groupBy,
    top: report.top,
    prices: settings.prices,
    gb: accounts.meter.gb,
    kind: codeInterpreterKind,
    attribution: accounts.attribution,
    principalOf,
  };
  if (report.format === "focus" && report.out !== null) {
    const written = await writeFocus(
      stores,
      { ...request, kind: codeInterpreterKind, billingAccount: report.billingAccount },
      report.out,
      signal,
    );
    for (const line of focusLines(written)) terminal.err(`${line}\n`);
    if (report.json) terminal.out(`${safeJson(focusJson(written, report))}\n`);
    const unread = unreadIn(await coverageOf(stores, targets));
    for (const { code, message } of unread) terminal.err(`${safeText(code)}: ${safeText(message)}\n`);
    return unread.length > 0 ? exitCode.partial : exitCode.done;
  }
  const cost = await costReport(stores, request, signal);
  const coverage = await coverageOf(stores, targets);
  const then = report.month === null ? null : await closedMonth(stores, request, report.month, signal);
  const sorted = groupsInOrder(cost.groups, report.groupBy);
  const all =
    then === null ? { groups: sorted, adjustments: [] } : groupsWithFrozen({ ...cost, groups: sorted }, then.frozen);
  const content: ReportContent = {
    from: report.from,
    until: report.until,
    now,
    groupBy: report.groupBy,
    cost,
    groups: all.groups,
    coverage,
    closed: then === null ? null : { ...then.closed(cost.total.known), adjustments: all.adjustments },
    problems: [...problems, ...(then?.problems ?? []), ...unreadIn(coverage)],
  };
  show(content, report, terminal);
  return worstExitCode(
    coverage.some(({ health }) => health !== "ok") || content.problems.length > 0 ? [exitCode.partial] : [],
  );
}

function show(content: ReportContent, { format }: ReportOptions, terminal: Terminal): void {
  switch (format) {
    case "json":
      for (const text of reportJson(content)) terminal.out(text);
      return;
    case "csv":
      for (const text of reportCsv(content)) terminal.out(text);
      return;
    default:
      terminal.out(renderReport(content, terminal));
  }
}
