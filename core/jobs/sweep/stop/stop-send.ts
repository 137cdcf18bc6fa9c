import { decidedAtOf } from "../../../cleanup/stop/decided-at.ts";
import type { Problem } from "../../../kernel/problem.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopAnswer, StopRecord } from "../../../ports/stops.ts";
import type { StopPorts } from "./stop-ports.ts";

/** How long a session may stay READY after Stop was taken, in steps. */
const waitsMs = [500, 1000, 2000, 4000, 8000, 16_000];
const totalWaitSeconds = waitsMs.reduce((sum, ms) => sum + ms, 0) / 1000;
const never = new AbortController().signal;

/** Of a session that Stop was sent for, and that was READY all the same: it may end later. */
export const stillReadyCode = "StillReady";

export type Sent =
  /** `problem`: that could not be written down; the next pass does it. */
  | { readonly kind: "stopped" | "already-gone"; readonly problem: Problem | null }
  /** It is READY all the same. Its record stays open, as it may yet end: another attempt may be made. */
  | { readonly kind: "alive"; readonly problem: Problem; readonly open: StopRecord }
  | { readonly kind: "failed"; readonly problem: Problem };

/**
 * Sends Stop for an intent that is written, asks Get until the session is not READY any more, and writes down what came of it.
 * It is not to be interrupted: what was sent has happened or not, and somebody has to find out. Where Get does not say, or says READY, the
 * intent stays open, and a later pass finds out. `before`: the open record of the attempt that this run made before, which this one takes
 * the place of.
 */
export async function sendStop(ports: SendPorts, intent: StopRecord, before: StopRecord | null): Promise<Sent> {
  const { key } = intent;
  const answer = await ports.stopSession(key, key.interpreter, key.session, intent.clientToken, never);
  if (answer.kind === "refused") {
    const { unwritten } = await writeOutcome(ports, intent, { state: "failed", problem: answer.problem });
    return { kind: "failed", problem: unwritten === null ? answer.problem : bothOf(answer.problem, unwritten) };
  }
  const seen = await waitForEnd(ports, intent);
  const sent = await sentOf(ports, intent, answer, seen, before !== null);
  // Only now, so that wherever a run is killed there is an open record of what was sent.
  const failed = { state: "failed", problem: before?.problem ?? null } as const;
  const left = before === null ? null : (await writeOutcome(ports, before, failed)).unwritten;
  if (left === null) return sent;
  return "problem" in sent && sent.problem !== null
    ? { ...sent, problem: bothOf(sent.problem, left) }
    : { ...sent, problem: left };
}

/** Of an attempt whose session was READY to the end, and has ended since: what was sent has worked late. */
export async function endedLate(
  ports: Pick<StopPorts, "records" | "clock">,
  open: StopRecord,
): Promise<Problem | null> {
  return (await writeOutcome(ports, open, { state: "stopped", problem: null })).unwritten;
}

async function sentOf(
  ports: SendPorts,
  intent: StopRecord,
  answer: Exclude<StopAnswer, { kind: "refused" }>,
  seen: Seen,
  sentBefore: boolean,
): Promise<Sent> {
  switch (seen.kind) {
    case "ended": {
      // Gone at the first request is not our doing; at a later one it may well be the first that worked late.
      const state = answer.kind === "gone" && !sentBefore ? "already-gone" : "stopped";
      return { kind: state, problem: (await writeOutcome(ports, intent, { state, problem: null })).unwritten };
    }
    case "ready": {
      const problem = stillReady(intent, answer);
      // Without a record of this attempt there is none to count the next one by.
      const { unwritten, record } = await writeOutcome(ports, intent, { state: "intended", problem });
      return unwritten === null
        ? { kind: "alive", problem, open: record }
        : { kind: "failed", problem: bothOf(problem, unwritten) };
    }
    case "unread": {
      // That Stop was sent is known, whatever became of it.
      const problem = unread(intent, seen.why);
      const { unwritten } = await writeOutcome(ports, intent, { state: "intended", problem });
      return { kind: "failed", problem: unwritten === null ? problem : bothOf(problem, unwritten) };
    }
  }
}

type SendPorts = Pick<StopPorts, "stopSession" | "getSession" | "records" | "clock">;

type Seen = { readonly kind: "ended" | "ready" } | { readonly kind: "unread"; readonly why: string };

async function waitForEnd(ports: Pick<StopPorts, "getSession" | "clock">, { key }: StopRecord): Promise<Seen> {
  let last: Exclude<Seen, { kind: "ended" }> = { kind: "ready" };
  for (const waitMs of [0, ...waitsMs]) {
    if (waitMs > 0) await ports.clock.sleep(waitMs, never);
    const found = await ports.getSession(key, key.interpreter, key.session, never);
    if (found.kind === "gone") return { kind: "ended" };
    if (found.kind === "failed") last = { kind: "unread", why: found.problem.message };
    else if (found.value.status === "TERMINATED") return { kind: "ended" };
    else if (found.value.status === "READY") last = { kind: "ready" };
    else last = { kind: "unread", why: `The service says ${JSON.stringify(found.value.status)} of it.` };
  }
  return last;
}

/** The record as it stands then, and why it could not be written. */
interface Written {
  readonly unwritten: Problem | null;
  readonly record: StopRecord;
}

/**
 * Another run that took this one for dead, and saw the session live, has given the intent up: what this
 * one knows is later. Any other outcome that another run has written stands.
 */
async function writeOutcome(
  { records, clock }: Pick<StopPorts, "records" | "clock">,
  record: StopRecord,
  { state, problem }: Pick<StopRecord, "state" | "problem">,
): Promise<Written> {
  const outcome = { state, problem, decidedAt: state === "intended" ? null : decidedAtOf(record, clock.now()) };
  try {
    if ((await records.put({ ...record, ...outcome })) === "written") return writtenOver(record, outcome);
    const stored = (await records.ofSession(record.key)).find(({ id }) => id === record.id);
    if (stored?.state === state) return { unwritten: null, record: stored };
    if (stored?.state === "abandoned" && (await records.put({ ...stored, ...outcome })) === "written") {
      return writtenOver(stored, outcome);
    }
    const other = stored === undefined ? "has taken it away" : `has written ${JSON.stringify(stored.state)}`;
    const message = `${nameOf(record)}: ${JSON.stringify(state)} was not written down, as another run ${other} meanwhile.`;
    return { unwritten: { code: "OutcomeNotWritten", message }, record };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { unwritten: { code: "StateUnavailable", message: error.message }, record };
  }
}

const writtenOver = (record: StopRecord, outcome: Partial<StopRecord>): Written => ({
  unwritten: null,
  record: { ...record, ...outcome, revision: record.revision + 1 },
});

const bothOf = (first: Problem, second: Problem): Problem => ({
  ...first,
  message: `${first.message} ${second.message}`,
});

const nameOf = ({ key }: StopRecord): string => `Session ${key.session} of ${key.interpreter} in ${key.region}`;

const stillReady = (intent: StopRecord, answer: StopAnswer): Problem => {
  const said = answer.kind === "unsure" ? ` Stop was answered: ${answer.problem.message}` : "";
  return {
    code: stillReadyCode,
    message: `${nameOf(intent)} is still READY ${totalWaitSeconds} seconds after attempt ${intent.attempt} to stop it.${said}`,
    operation: "GetCodeInterpreterSession",
  };
};

const unread = (intent: StopRecord, why: string): Problem => ({
  code: "OutcomeUnknown",
  message: `${nameOf(intent)} was asked to stop, and whether it did is not known yet; a pass from ten minutes after that on finds out. ${why}`,
  operation: "GetCodeInterpreterSession",
});
