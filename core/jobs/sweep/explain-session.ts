import { decide } from "../../cleanup/decision/decide.ts";
import type { Decision } from "../../cleanup/decision/decision.ts";
import type { Decided } from "../../cleanup/plan/make-plan.ts";
import { madeAtOf } from "../../cleanup/plan/plan-id.ts";
import type { Session } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import type { Documents } from "../../ports/documents.ts";
import type { StopRecord, StopRecords } from "../../ports/stops.ts";
import { evidenceInputOf } from "./evidence/decide-target.ts";
import type { EvidenceInput } from "./evidence/evidence-ports.ts";
import { gatherEvidence } from "./evidence/gather-evidence.ts";
import { withProtections } from "./stop/read-in-force.ts";
import { sessionOfEntry } from "./stop/session-of-entry.ts";
import { type Rules, rulesAt } from "./stored/stored-rules.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "./sweep-ports.ts";

/** Whether the same decision comes out of what was recorded with a stop. */
export type Replay =
  | { readonly kind: "same" | "other"; readonly decision: Decision; readonly rules: Rules; readonly at: Instant }
  /** Of no policy, or of one that this state never kept. */
  | { readonly kind: "no-rules" };

/** All records of stops of a session, oldest first, wherever in these targets it was. Throws `RegistryError`. */
export async function stopsOfSession(
  records: Pick<StopRecords, "between">,
  targets: readonly Target[],
  session: string,
): Promise<readonly StopRecord[]> {
  const found = await Promise.all(targets.map((target) => records.between(target, instant(0), endOfTime)));
  return found.flat().filter(({ key }) => key.session === session);
}

/** The last instant that a date can say. */
const endOfTime = instant(8.64e15);

/** Decides again by the evidence that was recorded with a stop and the policy of that time. Throws `RegistryError`. */
export async function replay(documents: Pick<Documents, "read">, record: StopRecord): Promise<Replay> {
  const { entry } = record;
  const rules = await rulesAt(documents, entry.policy.hash, record.intendedAt);
  if (rules === null) return { kind: "no-rules" };
  const at = decidedAt(record);
  const facts = {
    session: sessionOfEntry(entry),
    evidence: entry.evidence,
    policy: { ...rules.policy, match: everything },
    protection: null,
  };
  const decision = decide(facts, rules, at);
  return { kind: isSame(decision, entry.decision) ? "same" : "other", decision, rules, at };
}

const everything = { account: null, region: null, interpreter: null, session: null, name: null };

/** By policy, the moment of the look that the decision rests on, as the intent was written a moment after; by hand, the plan's. */
function decidedAt({ entry: { evidence }, override, plan, intendedAt }: StopRecord): Instant {
  if (override !== null) return madeAtOf(plan) ?? intendedAt;
  const { cpu, calls } = evidence;
  const looks = [...(cpu.kind === "known" ? [cpu.asOf] : []), ...(calls.kind === "known" ? [calls.asOf] : [])];
  return looks.length === 0 ? intendedAt : instant(Math.max(...looks));
}

const isSame = (a: Decision, b: Decision): boolean =>
  a.action === b.action &&
  a.reason === b.reason &&
  a.text === b.text &&
  a.horizon === b.horizon &&
  a.idleSince === b.idleSince &&
  a.dueAt === b.dueAt;

/**
 * Decides about one live session by fresh evidence alone, whatever earlier passes remember, and remembers nothing. Get is asked, too: passes
 * ask it just before a stop. Throws `RegistryError`.
 */
export async function decideLive(
  ports: SweepPorts,
  now: Instant,
  input: SweepInput,
  found: SweptTarget,
  listed: Session,
  signal: AbortSignal,
): Promise<Decided> {
  const got = await ports.getSession(listed.target, listed.interpreter, listed.id, signal);
  const asked = { status: statusOf(got), statusAsOf: ports.clock.now() };
  const timeoutSeconds = got.kind === "found" ? got.value.timeoutSeconds : null;
  const session = { ...listed, timeoutSeconds: timeoutSeconds ?? listed.timeoutSeconds };
  const policies = await withProtections(ports, input.policies);
  const evidenceInput: EvidenceInput = { ...evidenceInputOf({ ...input, policies }, found, () => null), of: "all" };
  const gathered = await gatherEvidence(ports, now, evidenceInput, found.target, [session], signal);
  const [seen] = gathered.facts;
  if (seen === undefined) throw new RangeError("evidence of one session was asked for");
  const facts = { ...seen, evidence: { ...seen.evidence, ...asked } };
  return { facts, decision: decide(facts, input, now), arn: evidenceInput.arnOf(session.interpreter) ?? "" };
}

function statusOf(got: Awaited<ReturnType<SweepPorts["getSession"]>>): "READY" | "ended" | "unknown" {
  if (got.kind === "gone") return "ended";
  if (got.kind === "failed") return "unknown";
  if (got.value.status === "READY") return "READY";
  return got.value.status === "TERMINATED" ? "ended" : "unknown";
}
