import type { DecisionReason } from "../../core/cleanup/decision/decision.ts";
import { formatUsd, parseUsd, sumUsd } from "../../core/kernel/money.ts";
import type { PlannedStop, PlanReport } from "../../core/reporting/plan-report.ts";
import { formatSeconds } from "../render/duration.ts";
import { renderFitting } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { type Paint, painter } from "../render/style.ts";
import { range } from "../scan/money-range.ts";
import type { Terminal } from "../terminal.ts";
import { unknownLines } from "./unknown-lines.ts";

type IsBarred = (stop: PlannedStop) => boolean;

/** A plan for a person: what would be stopped, what cannot be proved, and how everything else was decided. */
export function planText(
  report: PlanReport,
  isBarred: IsBarred,
  howToApply: string,
  terminal: Pick<Terminal, "color" | "columns">,
): string {
  const paint = painter(terminal.color);
  const width = terminal.color ? terminal.columns : null;
  const { stops, problems } = report;
  const kept = report.leaks.filter(({ provable }) => !provable);
  return [
    stops.length === 0 ? "Nothing would be stopped.\n" : stopsTable(stops, width, paint),
    ...(stops.length === 0 ? [] : [`\n${stopsLine(report, isBarred)}\n`]),
    ...(kept.length === 0
      ? []
      : [
          `\n${paint("Kept, because nothing can show whether they are idle", "bold")}\n`,
          leaksTable(kept, width, paint),
        ]),
    `\n${decisionsLine(report.decisions)}\n`,
    ...unknownLines(report.unknown),
    ...problems.map(({ region, code, message }) => `${safeText(`${region ?? "state"}: ${code}: ${message}`)}\n`),
    `${howToApply}\n`,
  ].join("");
}

/** One row for each stop: what people copy, and what they add up, is never cut. */
const stopsTable = (stops: readonly PlannedStop[], width: number | null, paint: Paint): string =>
  renderFitting(
    [
      { title: "REGION", folds: true },
      { title: "SESSION" },
      { title: "INTERPRETER", yields: 5 },
      { title: "NAME", shrinkTo: 6, yields: 2 },
      { title: "IDLE", align: "right", yields: 4 },
      { title: "AGE", align: "right" },
      { title: "SAVES", align: "right" },
      { title: "POLICY", folds: true, yields: 3 },
      { title: "REASON", folds: true, yields: 1, under: true },
    ],
    stops.map((stop) =>
      [
        stop.region,
        stop.session,
        stop.interpreter,
        stop.name ?? "-",
        idleText(stop),
        formatSeconds(stop.ageSeconds),
        range(stop.savesLowUsd, stop.savesHighUsd),
        stop.policy === "" ? "-" : stop.policy,
        stop.reason,
      ].map((text) => ({ text })),
    ),
    width,
    paint,
  );

/** For how long that is shown, up to its horizon: of what came after, nothing is known yet. */
const idleText = ({ idleSince, horizon }: PlannedStop): string =>
  idleSince === null || horizon === null
    ? "it works"
    : formatSeconds((Date.parse(horizon) - Date.parse(idleSince)) / 1000);

/** What is held saves nothing, whoever applies the plan. */
function stopsLine({ stops, postponed }: PlanReport, isBarred: IsBarred): string {
  const barred = stops.filter(isBarred);
  const observed = stops.filter((stop) => stop.onlyObserved && !isBarred(stop));
  const stopped = stops.filter((stop) => !stop.onlyObserved && !isBarred(stop));
  const later = postponed === 0 ? "" : ` ${postponed} more are idle, and left to the next pass (maxStopsPerPass).`;
  return [
    `${counted(stopped.length, "session")} would be stopped${savedText(stopped, "saves")}.`,
    heldText(observed, "only observe"),
    heldText(barred, "are barred"),
    later,
  ].join("");
}

const heldText = (held: readonly PlannedStop[], because: string): string =>
  held.length === 0
    ? ""
    : ` ${held.length} more by policies that ${because} would not${savedText(held, "would save")}.`;

function savedText(stops: readonly PlannedStop[], verb: string): string {
  const sum = (part: "savesLowUsd" | "savesHighUsd"): string =>
    formatUsd(sumUsd(stops.flatMap((stop) => (stop[part] === null ? [] : [parseUsd(stop[part])]))));
  if (stops.every(({ savesHighUsd }) => savesHighUsd === null)) return "";
  return `, which ${verb} ${range(sum("savesLowUsd"), sum("savesHighUsd"))}`;
}

const leaksTable = (leaks: PlanReport["leaks"], width: number | null, paint: Paint): string =>
  renderFitting(
    [
      { title: "REGION", folds: true },
      { title: "INTERPRETER" },
      { title: "SLOTS", align: "right" },
      { title: "COST SO FAR", align: "right" },
      { title: "AN HOUR", align: "right" },
      { title: "OLDEST", yields: 3 },
      { title: "TURN ON", yields: 2, under: true },
      { title: "BECAUSE", yields: 1, under: true },
    ],
    leaks.map((it) =>
      [
        it.region,
        it.interpreter,
        String(it.sessions),
        range(it.lowUsd, it.highUsd),
        range(it.hourlyLowUsd, it.hourlyHighUsd),
        minuteText(it.oldestCreatedAt),
        it.turnOn ?? "-",
        it.reason,
      ].map((text) => ({ text })),
    ),
    width,
    paint,
  );

/** `2026-11-20 12:05`, of an instant in ISO 8601. */
const minuteText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;

function decisionsLine(decisions: PlanReport["decisions"]): string {
  const told = Object.entries(decisions)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason satisfies string as DecisionReason}`);
  const total = Object.values(decisions).reduce((sum, count) => sum + count, 0);
  return `${counted(total, "live session")}${told.length === 0 ? "" : `: ${told.join(", ")}`}.`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
