import type { Interpreter } from "../../inventory/interpreter.ts";
import type { Target } from "../../inventory/target.ts";
import { collapseProblems } from "../../kernel/collapse-problems.ts";
import type { Instant } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Listing, Problem } from "../../kernel/problem.ts";
import type { QuotaLimit, QuotaSubject } from "../../quota/definition.ts";
import { limitOf } from "../../quota/limits.ts";
import { type Count, type QuotaUse, quotaUse } from "../../quota/use.ts";
import type { ScanInput, ScanPorts } from "./input.ts";
import { type InterpreterScan, scanInterpreter } from "./interpreter.ts";
import type { ScannedSession, TargetScan } from "./outcome.ts";
import { progressOf } from "./progress.ts";

// Enough to fill the share of the request rate at the service's latency; the pace itself is kept where requests are sent.
const interpretersAtOnce = 8;

/** Reads one target: its interpreters, their live sessions, and the use of its quotas. */
export async function scanTarget(
  ports: ScanPorts,
  now: Instant,
  input: ScanInput,
  target: Target,
  signal: AbortSignal,
): Promise<TargetScan> {
  const progress = progressOf(target, ports.onProgress);
  let lookUpsLeft = input.lookUp.sessionsAtMost ?? Number.POSITIVE_INFINITY;
  const mayLookUp = (): boolean => lookUpsLeft-- > 0;
  const [listing, limits] = await Promise.all([
    ports.sandboxes.listInterpreters(target, signal),
    ports.readQuotaLimits(target, ports.kind.quotas, signal),
  ]);
  const wanted = listing.items.filter((item) => input.interpreter === null || item.id === input.interpreter);
  progress.listed(wanted.length);
  const scans = await mapConcurrently(wanted, interpretersAtOnce, (interpreter) =>
    scanInterpreter({ ports, now, input, target, progress, mayLookUp }, interpreter, signal),
  );
  progress.ended();
  return isUnread(listing)
    ? unread(ports, input, target, listing, limits)
    : outcome(ports, input, target, listing, limits, scans);
}

const isUnread = (listing: Listing<Interpreter>): boolean => listing.items.length === 0 && !listing.complete;

function unread(
  ports: ScanPorts,
  input: ScanInput,
  target: Target,
  listing: Listing<Interpreter>,
  limits: Listing<QuotaLimit>,
): TargetScan {
  const notEnabled = listing.problems.some((problem) => problem.code === "RegionNotEnabled");
  const skipped = notEnabled && input.notEnabled === "skip";
  const nothing: Count = { known: null, atLeast: 0 };
  return {
    target,
    status: skipped ? "skipped" : "failed",
    // What else cannot be read in a Region that is not enabled follows from that, and would only hide it.
    problems: collapseProblems(notEnabled ? listing.problems : [...listing.problems, ...limits.problems]),
    interpreters: null,
    interpretersComplete: false,
    sessions: [],
    readySessions: null,
    quotas: skipped ? [] : quotasOf(ports, input, target, limits, () => nothing),
  };
}

function outcome(
  ports: ScanPorts,
  input: ScanInput,
  target: Target,
  listing: Listing<Interpreter>,
  limits: Listing<QuotaLimit>,
  scans: readonly InterpreterScan[],
): TargetScan {
  // Listings promise no order; the same sandboxes always make the same result.
  const sessions = scans.flatMap((scan) => scan.sessions).toSorted(byInterpreterAndId);
  const sessionsListed = listing.complete && scans.every((scan) => scan.listed);
  const problems = [...listing.problems, ...limits.problems, ...scans.flatMap((scan) => scan.problems)];
  const complete = sessionsListed && limits.complete && scans.every((scan) => scan.complete);
  const gone = new Set(scans.filter((scan) => scan.gone).map((scan) => scan.interpreter.id));
  const others = listing.items.filter((item) => input.interpreter !== null && item.id !== input.interpreter);
  const interpreters = [
    ...scans.filter((scan) => !scan.gone).map((scan) => scan.interpreter),
    ...others.map((item) => ({ ...item, detail: null, readySessions: null })),
  ].toSorted(bySystemAndId);
  const custom = listing.items.filter((item) => item.kind === "CUSTOM" && !gone.has(item.id)).length;
  const counted = (subject: QuotaSubject): Count => {
    switch (subject) {
      case "ready-sessions":
        // The quota counts the sessions of all interpreters: those of one are a lower bound.
        return { known: sessionsListed && others.length === 0 ? sessions.length : null, atLeast: sessions.length };
      case "custom-interpreters":
        return { known: listing.complete ? custom : null, atLeast: custom };
      default:
        return subject satisfies never;
    }
  };
  return {
    target,
    status: complete ? "ok" : "partial",
    problems: collapseProblems([...problems, ...(others.length === 0 ? [] : [notCounted(others.length)])]),
    interpreters,
    interpretersComplete: listing.complete,
    sessions,
    readySessions: sessionsListed ? sessions.length : null,
    quotas: quotasOf(ports, input, target, limits, counted),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byInterpreterAndId = (a: ScannedSession, b: ScannedSession): number =>
  compare(a.interpreter, b.interpreter) || compare(a.id, b.id);
const bySystemAndId = (a: Interpreter, b: Interpreter): number => compare(b.kind, a.kind) || compare(a.id, b.id);

const notCounted = (others: number): Problem => ({
  code: "NotCounted",
  message: `The sessions of ${others === 1 ? "one other interpreter" : `${others} other interpreters`} were not asked for, so the use of the session quota is unknown here: scan all interpreters to see it.`,
});

const quotasOf = (
  ports: ScanPorts,
  input: ScanInput,
  target: Target,
  limits: Listing<QuotaLimit>,
  counted: (subject: QuotaSubject) => Count,
): readonly QuotaUse[] =>
  ports.kind.quotas.map((quota) =>
    quotaUse(
      quota,
      limitOf(quota, target, input.limitOverrides, limits.items),
      counted(quota.subject),
      input.thresholds,
    ),
  );
