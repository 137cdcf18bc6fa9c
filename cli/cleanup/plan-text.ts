import type { DecisionReason } from "../../core/cleanup/decision.ts";
import { parseUsd, sumUsd } from "../../core/kernel/money.ts";
import type { PlannedStop, PlanReport } from "../../core/reporting/plan-report.ts";
import { dollarText } from "../render/dollars.ts";
import { formatSeconds } from "../render/duration.ts";
import { safeText } from "../render/safe-text.ts";
import { type Paint, painter } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import { range } from "../scan/money-range.ts";
import type { Terminal } from "../terminal.ts";

/** A plan for a person: what would be stopped, what cannot be proved, and how everything else was decided. */
export function planText(
  report: PlanReport,
  howToApply: string,
  terminal: Pick<Terminal, "color" | "columns">,
): string {
  const paint = painter(terminal.color);
  const width = terminal.color ? terminal.columns : null;
  const { stops, unprovable, problems } = report;
  return [
    stops.length === 0 ? "Nothing would be stopped.\n" : stopsTable(stops, width, paint),
    ...(stops.length === 0 ? [] : [`\n${stopsLine(report)}\n`]),
    ...(unprovable.length === 0
      ? []
      : [
          `\n${paint("Kept, because nothing can show whether they are idle", "bold")}\n`,
          unprovableTable(report, width, paint),
          ...[...new Set(unprovable.map(({ message }) => message))].map((message) => `  ${safeText(message)}\n`),
        ]),
    `\n${decisionsLine(report.decisions)}\n`,
    ...problems.map(({ region, code, message }) => `${safeText(`${region ?? "state"}: ${code}: ${message}`)}\n`),
    `${howToApply}\n`,
  ].join("");
}

/** One row for each stop. */
export const stopsTable = (stops: readonly PlannedStop[], width: number | null, paint: Paint): string =>
  renderTable(
    [
      { title: "REGION" },
      { title: "SESSION", shrinkTo: 12 },
      { title: "INTERPRETER", shrinkTo: 8 },
      { title: "NAME", shrinkTo: 6 },
      { title: "IDLE SINCE" },
      { title: "AGE", align: "right" },
      { title: "SAVES UP TO", align: "right" },
      { title: "POLICY", shrinkTo: 6 },
      { title: "REASON" },
    ],
    stops.map((stop) =>
      [
        stop.region,
        stop.session,
        stop.interpreter,
        stop.name ?? "-",
        stop.idleSince === null ? "it works" : `${stop.idleSince.slice(0, 10)} ${stop.idleSince.slice(11, 19)}`,
        formatSeconds(stop.ageSeconds),
        stop.savesUpToUsd === null ? "unknown" : dollarText(parseUsd(stop.savesUpToUsd)),
        stop.policy === "" ? "-" : stop.policy,
        stop.reason,
      ].map((text) => ({ text })),
    ),
    width,
    paint,
  );

function stopsLine({ stops, postponed }: PlanReport): string {
  const known = stops.flatMap(({ savesUpToUsd }) => (savesUpToUsd === null ? [] : [parseUsd(savesUpToUsd)]));
  const saved = known.length === 0 ? "" : `, which saves up to ${dollarText(sumUsd(known))}`;
  const later = postponed === 0 ? "" : ` ${postponed} more are idle, and left to the next pass (maxStopsPerPass).`;
  return `${counted(stops.length, "session")} would be stopped${saved}.${later}`;
}

const unprovableTable = ({ unprovable }: PlanReport, width: number | null, paint: Paint): string =>
  renderTable(
    [
      { title: "REGION" },
      { title: "INTERPRETER", shrinkTo: 8 },
      { title: "SESSIONS", align: "right" },
      { title: "COST SO FAR", align: "right" },
      { title: "AN HOUR", align: "right" },
      { title: "OLDEST" },
    ],
    unprovable.map((leaks) =>
      [
        leaks.region,
        leaks.interpreter,
        String(leaks.sessions),
        range(leaks.lowUsd, leaks.highUsd),
        range(leaks.hourlyLowUsd, leaks.hourlyHighUsd),
        `${leaks.oldestCreatedAt.slice(0, 10)} ${leaks.oldestCreatedAt.slice(11, 19)}`,
      ].map((text) => ({ text })),
    ),
    width,
    paint,
  );

function decisionsLine(decisions: PlanReport["decisions"]): string {
  const told = Object.entries(decisions)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason satisfies string as DecisionReason}`);
  const total = Object.values(decisions).reduce((sum, count) => sum + count, 0);
  return `${counted(total, "live session")}${told.length === 0 ? "" : `: ${told.join(", ")}`}.`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
