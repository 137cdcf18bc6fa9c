import type { ScanOutcome } from "../../core/jobs/scan/outcome.ts";
import { scan } from "../../core/jobs/scan/scan.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { interpretersReport, type ScanReport, scanReport } from "../../core/reporting/scan-report.ts";
import { CliError, UsageError } from "../cli-error.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { type ExitCode, exitCode, worstExitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { RunVerb } from "../verb.ts";
import { clientsOf, pricingOf, scanInputOf, scanPortsOf } from "./compose.ts";
import { scanProgress } from "./progress.ts";
import { renderScan } from "./render-scan.ts";
import { scanCsv } from "./scan-csv.ts";
import { readScanInput, type ScanFlags } from "./scan-flags.ts";
import { olderThan, type SessionOrder, sessionsInOrder } from "./shown-sessions.ts";
import { withStoredCosts } from "./stored-costs.ts";
import { readSubject } from "./subject.ts";

export const runScan: RunVerb = async (input, terminal) => {
  const { settings, flags, problems } = await readScanInput(input.options, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  const clients = clientsOf(settings);
  const progress = scanProgress(terminal);
  try {
    const subject = await readSubject(clients, settings, systemClock, terminal.signal);
    const run = scan(scanPortsOf(clients, progress.tell));
    const scanned = await run(
      subject.now,
      {
        ...scanInputOf(settings, subject),
        interpreter: flags.interpreter === null ? null : interpreterId(flags.interpreter),
        lookUp: { sessions: !flags.interpreters, interpreters: flags.interpreters },
      },
      terminal.signal,
    );
    progress.clear();
    const outcome = await withStoredCosts(scanned, flags.state, settings, terminal);
    if (flags.interpreter !== null) requireFound(outcome, flags.interpreter);
    const shown = flags.olderThan === null ? outcome : olderThan(outcome, flags.olderThan.ms);
    show(shown, flags, settings, terminal);
    return exitCodeOf(outcome, flags.failOn);
  } finally {
    progress.clear();
    clients.close();
  }
};

/** An interpreter that no fully listed target has is a wrong id; where a listing is incomplete, it may be there. */
function requireFound(outcome: ScanOutcome, id: string): void {
  const found = outcome.targets.some((target) => target.interpreters?.some((interpreter) => interpreter.id === id));
  if (found || !outcome.targets.every((target) => target.status === "skipped" || target.interpretersComplete)) return;
  const regions = outcome.targets.map((target) => target.target.region).join(", ");
  throw new CliError(
    `there is no interpreter ${safeText(id)} in ${regions}: see \`sandmeter scan --interpreters\`, or name other Regions`,
  );
}

function show(outcome: ScanOutcome, flags: ScanFlags, settings: AwsSettings, terminal: Terminal): void {
  const pricing = pricingOf(settings);
  const view = { ...flags, foldQuotas: settings.regions === "all" };
  if (flags.format === "table") terminal.out(renderScan(outcome, pricing, view, terminal));
  else if (flags.interpreters) terminal.out(`${safeJson(interpretersReport(outcome, flags.interpreter))}\n`);
  else {
    const report = inOrder(scanReport(outcome, pricing), outcome, flags.order);
    terminal.out(flags.format === "csv" ? scanCsv(report.sessions) : `${safeJson(report)}\n`);
  }
}

/** The sessions of a report stand as those of its pass do. */
function inOrder(report: ScanReport, outcome: ScanOutcome, order: SessionOrder | null): ScanReport {
  if (order === null) return report;
  const places = new Map(
    outcome.targets.flatMap((target) => target.sessions).map((session, index) => [session, index]),
  );
  const sessions = sessionsInOrder(outcome, order).flatMap(
    (session) => report.sessions[places.get(session) ?? -1] ?? [],
  );
  return { ...report, sessions };
}

function exitCodeOf(outcome: ScanOutcome, failOn: "warning" | "critical" | null): ExitCode {
  const states = outcome.targets.flatMap((target) => target.quotas.map((quota) => quota.state));
  const pressed = states.some(
    (state) => state === "critical" || state === "exhausted" || (state === "warning" && failOn === "warning"),
  );
  return worstExitCode([
    ...(failOn !== null && pressed ? [exitCode.critical] : []),
    ...(outcome.complete ? [] : [exitCode.partial]),
  ]);
}
