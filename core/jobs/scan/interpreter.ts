import { boundedCost } from "../../billing/bounded-cost.ts";
import type { Interpreter, InterpreterDetail } from "../../inventory/interpreter.ts";
import type { SessionDetail, SessionSummary } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Listing, Problem } from "../../kernel/problem.ts";
import type { ScanInput, ScanPorts } from "./input.ts";
import type { ScannedInterpreter, ScannedSession } from "./outcome.ts";
import type { ProgressCounter } from "./progress.ts";

const sessionsAtOnce = 8;

/** What one pass learned of one interpreter. `listed`: its sessions are all there. `complete`: nothing else is missing either. */
export interface InterpreterScan {
  readonly interpreter: ScannedInterpreter;
  readonly sessions: readonly ScannedSession[];
  readonly problems: readonly Problem[];
  readonly listed: boolean;
  readonly complete: boolean;
  /** It was deleted between its listing and the listing of its sessions. */
  readonly gone: boolean;
}

interface Pass {
  readonly ports: ScanPorts;
  readonly now: Instant;
  readonly input: ScanInput;
  readonly target: Target;
  readonly progress: ProgressCounter;
  /** Takes one look-up from what the target may have; false where nothing is left. */
  readonly mayLookUp: () => boolean;
}

/** Lists the live sessions of one interpreter and looks each new one up, once. */
export async function scanInterpreter(
  pass: Pass,
  interpreter: Interpreter,
  signal: AbortSignal,
): Promise<InterpreterScan> {
  const [listing, detail] = await Promise.all([
    pass.ports.sandboxes.listReadySessions(pass.target, interpreter.id, signal),
    detailOf(pass, interpreter, signal),
  ]);
  if (isGone(interpreter, listing)) {
    pass.progress.interpreterRead();
    const scanned = { ...interpreter, detail: null, readySessions: 0 };
    return { interpreter: scanned, sessions: [], problems: [], listed: true, complete: true, gone: true };
  }
  pass.progress.sessionsListed(listing.items.length);
  const looks = await mapConcurrently(listing.items, sessionsAtOnce, async (summary) => {
    const look = await lookAt(pass, interpreter, summary, signal);
    pass.progress.sessionRead();
    return look;
  });
  pass.progress.interpreterRead();
  const sessions = looks.flatMap((look) => (look.session === null ? [] : [look.session]));
  const unread = [...detail.problems, ...looks.flatMap((look) => look.unread)];
  return {
    interpreter: { ...interpreter, detail: detail.value, readySessions: listing.complete ? sessions.length : null },
    sessions,
    problems: [...listing.problems, ...unread, ...looks.flatMap((look) => look.notes)],
    listed: listing.complete,
    complete: listing.complete && unread.length === 0,
    gone: false,
  };
}

// The SYSTEM interpreter cannot be deleted: where it is not found, something else is wrong.
const isGone = (interpreter: Interpreter, listing: Listing<SessionSummary>): boolean =>
  interpreter.kind === "CUSTOM" &&
  listing.items.length === 0 &&
  listing.problems.length > 0 &&
  listing.problems.every((problem) => problem.code === "NotFound");

async function detailOf(
  pass: Pass,
  interpreter: Interpreter,
  signal: AbortSignal,
): Promise<{ readonly value: InterpreterDetail | null; readonly problems: readonly Problem[] }> {
  if (!pass.input.lookUp.interpreters) return { value: null, problems: [] };
  const lookup = await pass.ports.sandboxes.getInterpreter(pass.target, interpreter.id, signal);
  switch (lookup.kind) {
    case "found":
      return { value: lookup.value, problems: [] };
    case "gone":
      return { value: null, problems: [] };
    case "failed":
      return { value: null, problems: [lookup.problem] };
    default:
      return lookup satisfies never;
  }
}

interface Look {
  /** Null where the session is no longer live. */
  readonly session: ScannedSession | null;
  readonly unread: readonly Problem[];
  readonly notes: readonly Problem[];
}

async function lookAt(
  pass: Pass,
  interpreter: Interpreter,
  summary: SessionSummary,
  signal: AbortSignal,
): Promise<Look> {
  const known = pass.input.knownTimeout(pass.target, interpreter.id, summary.id);
  if (known !== null) return { session: scanned(pass, interpreter, summary, known), unread: [], notes: [] };
  if (!pass.input.lookUp.sessions) return { session: scanned(pass, interpreter, summary, null), unread: [], notes: [] };
  if (!pass.mayLookUp()) {
    return { session: scanned(pass, interpreter, summary, null), unread: [], notes: [postponed] };
  }
  const lookup = await pass.ports.sandboxes.getSession(pass.target, interpreter.id, summary.id, signal);
  switch (lookup.kind) {
    case "gone":
      return { session: null, unread: [], notes: [] };
    case "failed":
      return { session: scanned(pass, interpreter, summary, null), unread: [lookup.problem], notes: [] };
    case "found":
      return found(pass, interpreter, summary, lookup.value);
    default:
      return lookup satisfies never;
  }
}

function found(pass: Pass, interpreter: Interpreter, summary: SessionSummary, detail: SessionDetail): Look {
  if (detail.status === "TERMINATED") return { session: null, unread: [], notes: [] };
  // The newer word on the status; where the look-up has none, the listing's stands.
  const current = { ...summary, status: detail.status ?? summary.status };
  const notes = detail.timeoutSeconds === null ? [noTimeout] : [];
  return { session: scanned(pass, interpreter, current, detail.timeoutSeconds), unread: [], notes };
}

// All that the service gave was read, so this makes the target no less complete: the time left is unknown, and that is said.
const noTimeout: Problem = {
  code: "MissingMember",
  message: "The service gave no timeout for a session, so its time left is unknown.",
};

const postponed: Problem = {
  code: "LookUpPostponed",
  message:
    "A session was listed and not looked up, for this pass has made as many look-ups as it may: its time left is unknown until a later pass.",
};

const scanned = (
  pass: Pass,
  interpreter: Interpreter,
  summary: SessionSummary,
  timeoutSeconds: number | null,
): ScannedSession => ({
  ...summary,
  target: pass.target,
  interpreter: interpreter.id,
  interpreterKind: interpreter.kind,
  timeoutSeconds,
  cost: boundedCost({
    region: pass.target.region,
    createdAt: summary.createdAt,
    endedAt: null,
    asOf: pass.now,
    size: pass.ports.kind.size,
    prices: pass.input.prices,
    gb: pass.input.gb,
  }),
});
