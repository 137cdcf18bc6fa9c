import { toldProtectionText } from "../../core/cleanup/policy/told-protection.ts";
import { durationText } from "../../core/kernel/duration-text.ts";
import type { ExplainReport } from "../../core/reporting/explain-report.ts";
import { formatSeconds } from "../render/duration.ts";
import { safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import type { Terminal } from "../terminal.ts";

/** A decision with all that it rests on, in lines that a person reads. */
export function explainText(report: ExplainReport, terminal: Pick<Terminal, "color">): string {
  const paint = painter(terminal.color);
  const { decision, stops } = report;
  const name = report.name === null ? "" : ` "${report.name}"`;
  const lines = [
    `Session ${report.session}${name} of ${report.interpreter} in ${report.region}, account ${report.account}`,
    ageLine(report),
    "",
    `${report.from === "record" ? "As it was recorded with the stop" : "As it is now"}: ${decision.action}, ${decision.reason}`,
    `  ${decision.text}`,
    `  H, up to where it is known what it did: ${decision.horizon ?? "not known"}`,
    ...(decision.idleSince === null ? [] : [`  idle since ${decision.idleSince}`]),
    ...(decision.dueAt === null ? [] : [`  can be stopped from about ${decision.dueAt} on`]),
    "",
    "Evidence",
    ...cpuLines(report.evidence.cpu),
    ...callLines(report.evidence.calls),
    ...statusLines(report.evidence),
    "",
    policyLine(report.policy),
    ...(report.protectedUntil === null ? [] : [`Protected: ${report.protectedUntil}`]),
    ...(stops.length === 0 ? [] : ["", "Stops", ...stops.flatMap(stopLine)]),
    ...(report.replay === null ? [] : ["", replayLine(report.replay)]),
  ];
  return lines.map((line) => `${headed(safeText(line))}\n`).join("");

  function headed(line: string): string {
    return line === "Evidence" || line === "Stops" ? paint(line, "bold") : line;
  }
}

/** Of a record, as it was at the stop. */
function ageLine({ from, createdAt, expiresAt, ageSeconds, timeoutSeconds, leftSeconds }: ExplainReport): string {
  const then = from === "record" ? " then" : "";
  const began = `  began ${createdAt}, ${formatSeconds(ageSeconds)} old${then}`;
  if (expiresAt === null || timeoutSeconds === null || leftSeconds === null) {
    return `${began}; its time limit is not known`;
  }
  return `${began}; its time limit of ${formatSeconds(timeoutSeconds)} ends it ${expiresAt}, ${formatSeconds(leftSeconds)} left${then}`;
}

function statusLines({ status, statusAsOf, lastUpdatedAt, listedAsOf }: ExplainReport["evidence"]): readonly string[] {
  const asked = status === null ? "not asked" : `${status}${statusAsOf === undefined ? "" : `, asked ${statusAsOf}`}`;
  return [
    `  Status by Get: ${asked}`,
    `  Last updated: ${lastUpdatedAt ?? "not known"}${listedAsOf === undefined ? "" : `, by the listing of ${listedAsOf}`}`,
  ];
}

/** When it was so, and of which time it was asked for. */
function unknownText(what: string, { code, message, asOf, window }: UnknownPart): string {
  const when = asOf === undefined ? "" : `, as of ${asOf}`;
  const span = window === undefined ? "" : `, asked for ${window.from} to ${window.until}`;
  return `  ${what}: unknown (${code})${when}${span}: ${message}`;
}

type UnknownPart = Extract<ExplainReport["evidence"]["cpu"], { kind: "unknown" }>;

function cpuLines(cpu: ExplainReport["evidence"]["cpu"]): readonly string[] {
  if (cpu.kind === "unknown") return [unknownText("CPU", cpu)];
  return [
    `  CPU: usage records without a gap from ${cpu.covered.from} to ${cpu.covered.until} (h), looked at ${cpu.asOf}`,
    `       below the idle level since ${cpu.quietSince ?? "never"}; last work seen: ${cpu.lastBusyAt ?? "none"}; last record ${cpu.lastRecordAt}`,
  ];
}

function callLines(calls: ExplainReport["evidence"]["calls"]): readonly string[] {
  if (calls.kind === "unknown") return [unknownText("Calls", calls)];
  const whose = calls.of === "session" ? "its own" : "those of its whole interpreter";
  const last = calls.maybeInFlight.at(-1);
  return [
    `  Calls: ${whose}, from ${calls.window.from} to ${calls.window.until}, known up to ${calls.inFlightUntil} (i), looked at ${calls.asOf}`,
    last === undefined
      ? "         none was in flight"
      : `         the last that was, or may have been, in flight: ${last.from} to ${last.until}`,
  ];
}

function policyLine(policy: ExplainReport["policy"]): string {
  if (policy === null) return "Policy: none is about it.";
  const idleAfterMs = policy["idleAfterMs"];
  const terms =
    typeof idleAfterMs === "number"
      ? `: ${String(policy["mode"])}, idle after ${durationText(idleAfterMs)}, evidence ${String(policy["evidence"])}`
      : "";
  return `Policy ${String(policy["id"])}${terms} (hash ${String(policy["hash"]).slice(0, 16)})`;
}

function stopLine({
  attempt,
  state,
  plan,
  intendedAt,
  decidedAt,
  override,
  problem,
  aftermath,
}: ExplainReport["stops"][number]): readonly string[] {
  const by =
    override === null ? `by plan ${plan}` : `by hand, ${override.by}: ${override.reason}${liftedText(override)}`;
  const ended = decidedAt === null ? "not decided yet" : `${state} ${decidedAt}`;
  return [
    `  attempt ${attempt}: intended ${intendedAt}, ${ended}, ${by}${problem === null ? "" : ` (${problem})`}`,
    ...(aftermath === null ? [] : [`    ${aftermathText(aftermath)}`]),
  ];
}

function aftermathText({ verdict, judgedAt, message }: Aftermath): string {
  switch (verdict) {
    case "clean":
      return `held against all records ${judgedAt}: it did not work before the stop`;
    case "race":
      return `a race, by all records ${judgedAt}: ${message}`;
    case "wrong":
      return `WRONG, by all records ${judgedAt}: ${message}`;
    case "unknown":
      return `whether it worked before the stop is not known, looked at ${judgedAt}: ${message}`;
  }
}
type Aftermath = NonNullable<ExplainReport["stops"][number]["aftermath"]>;

const liftedText = ({ protection }: NonNullable<ExplainReport["stops"][number]["override"]>): string =>
  protection === null ? "" : `; overrode ${toldProtectionText(protection)}`;

function replayLine({ kind, decision }: NonNullable<ExplainReport["replay"]>): string {
  switch (kind) {
    case "same":
      return "Decided again from the record, the decision is the same.";
    case "other":
      return `Decided again from the record, this release comes to another decision: ${decision?.action}, ${decision?.reason}: ${decision?.text}`;
    case "no-rules":
      return "It was stopped by no policy that is kept here, so there is nothing to decide again by.";
  }
}
