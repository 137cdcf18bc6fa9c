import { type DecideSettings, decide } from "../../cleanup/decide.ts";
import { type Decided, makePlan } from "../../cleanup/make-plan.ts";
import type { Plan, PlanEntry } from "../../cleanup/plan.ts";
import type { PolicySet } from "../../cleanup/policy.ts";
import { protectionOf } from "../../cleanup/protections.ts";
import type { EntryOutcome } from "../../cleanup/stop-outcome.ts";
import type { Session } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { Documents } from "../../ports/documents.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { applyPlan } from "./apply-plan.ts";
import { type EvidenceInput, type EvidencePorts, gatherEvidence } from "./gather-evidence.ts";
import { type CpuMemory, type Remembered, readCpuMemory, writeCpuMemory } from "./remembered-cpu.ts";
import { claimStop, type StopCap } from "./stop-cap.ts";
import { finishStops } from "./stop-finish.ts";
import type { StopPorts } from "./stop-ports.ts";
import { storePlan } from "./stored-plans.ts";

export interface SweepPorts
  extends EvidencePorts,
    Pick<StopPorts, "clock" | "readSwitch" | "getSession" | "stopSession" | "records" | "sha256"> {
  readonly documents: Documents;
  /** Those that a person made beside the policies'. Throws `RegistryError`. */
  readonly readProtections: () => Promise<PolicySet["protections"]>;
}

export interface SweepInput extends DecideSettings {
  /** Within the administrator's bounds. */
  readonly policies: PolicySet;
  readonly cap: StopCap;
  readonly planLifetimeMs: number;
  readonly looksAtMost: number;
  /** False: a plan is made and told, and nothing is stopped, whatever policies say. */
  readonly act: boolean;
}

/** What a scan found in one target. */
export interface SweptTarget {
  readonly target: Target;
  readonly interpreters: readonly { readonly id: InterpreterId; readonly arn: string }[];
  readonly sessions: readonly Session[];
  /** Null where not all live sessions are known. */
  readonly readySessions: number | null;
}

export interface TargetSweep {
  readonly target: Target;
  readonly decided: readonly Decided[];
  /** Null where there is nothing to stop, or nothing could be decided. */
  readonly plan: Plan | null;
  readonly postponed: readonly Decided[];
  /** Stops of runs that were killed, whose outcome was found out now. */
  readonly finished: readonly StopRecord[];
  /** Empty where nothing was to be applied. */
  readonly outcomes: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
}

/**
 * One pass of clean-up over one target: finishes what a killed run began, looks, decides, plans, and where it may act, stops what it
 * planned. A state that cannot be read or written is a problem, and nothing is stopped then. Throws only when `signal` is aborted.
 */
export const sweep =
  (ports: SweepPorts) =>
  async (now: Instant, input: SweepInput, found: SweptTarget, signal: AbortSignal): Promise<TargetSweep> => {
    const { target } = found;
    const nothing: TargetSweep = {
      target,
      decided: [],
      plan: null,
      postponed: [],
      finished: [],
      outcomes: [],
      problems: [],
    };
    try {
      const finished = input.act ? await finishStops(ports, target, signal) : [];
      const protections = await ports.readProtections();
      const policies: PolicySet = {
        ...input.policies,
        protections: [...input.policies.protections, ...protections],
      };
      const memory = await readCpuMemory(ports.documents, target);
      const decided = await decideAll(ports, now, { ...input, policies }, found, memory, signal);
      const { plan, postponed } = makePlan(decided, input.planLifetimeMs, ports.sha256, now);
      const base = { ...nothing, decided, postponed, finished };
      if (plan.entries.length === 0) return base;
      await storePlan(ports.documents, plan);
      if (!input.act) return { ...base, plan };
      const applied = { policies, liveIn: () => found.readySessions };
      const outcomes = await applyPlan(stopPorts(ports, input, found), applied, plan, plan, signal);
      return { ...base, plan, outcomes };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return { ...nothing, problems: [{ code: "StateUnavailable", message: error.message }] };
    }
  };

async function decideAll(
  ports: SweepPorts,
  now: Instant,
  input: SweepInput,
  found: SweptTarget,
  memory: CpuMemory,
  signal: AbortSignal,
): Promise<readonly Decided[]> {
  const { target, sessions } = found;
  const evidenceInput = evidenceInputOf(input, found, (session) => memory.bySession.get(nameOf(session)) ?? null);
  const { facts, looked } = await gatherEvidence(ports, now, evidenceInput, target, sessions, signal);
  const living = new Set(sessions.map(nameOf));
  const bySession = new Map<string, Remembered>([...memory.bySession].filter(([name]) => living.has(name)));
  for (const [session, cpu] of looked) {
    const name = nameOf(session);
    // What an earlier look saw is still true where this one saw nothing.
    const known = cpu.kind === "known" ? cpu : (bySession.get(name)?.cpu ?? null);
    bySession.set(name, { lookedAt: now, cpu: known });
  }
  await writeCpuMemory(ports.documents, target, { revision: memory.revision, bySession });
  return facts.map((it) => ({
    facts: it,
    decision: decide(it, input, now),
    arn: evidenceInput.arnOf(it.session.interpreter) ?? "",
  }));
}

function evidenceInputOf(
  { policies, invocationStamp, idleVcpu, looksAtMost }: SweepInput,
  { interpreters }: SweptTarget,
  remembered: EvidenceInput["remembered"],
): EvidenceInput {
  const arns = new Map(interpreters.map(({ id, arn }) => [id, arn]));
  return { policies, invocationStamp, idleVcpu, looksAtMost, remembered, arnOf: (id) => arns.get(id) ?? null };
}

/** The links of the chain, made for one target. */
function stopPorts(ports: SweepPorts, input: SweepInput, found: SweptTarget): StopPorts {
  const listed = new Map(found.sessions.map((session) => [nameOf(session), session]));
  const sessionOf = (entry: PlanEntry): Session => {
    const session = sessionOfEntry(entry);
    return listed.get(nameOf(session)) ?? session;
  };
  const policiesNow = async (): Promise<PolicySet> => ({
    ...input.policies,
    protections: [...input.policies.protections, ...(await ports.readProtections())],
  });
  return {
    ...ports,
    claimStop: (_key, now) => claimStop(ports.documents, input.cap, now),
    protectionOf: async (entry, now) => protectionOf((await policiesNow()).protections, sessionOf(entry), now),
    lookAgain: async (entry, now, signal) => {
      const policies = await policiesNow();
      const fresh = evidenceInputOf({ ...input, policies, looksAtMost: 1 }, found, () => null);
      const gathered = await gatherEvidence(ports, now, fresh, found.target, [sessionOf(entry)], signal);
      // Get said so a moment ago.
      const facts = gathered.facts.map((it) => ({ ...it, evidence: { ...it.evidence, status: "READY" as const } }));
      const [seen] = facts;
      if (seen === undefined) throw new RangeError("evidence of one session was asked for");
      return { decision: decide(seen, input, now), evidence: seen.evidence };
    },
  };
}

/** A session as the plan has it, where the listing does not. */
const sessionOfEntry = ({ key, interpreterKind, name, createdAt, timeoutSeconds }: PlanEntry): Session => ({
  target: { account: key.account, region: key.region },
  interpreter: key.interpreter,
  interpreterKind,
  id: key.session,
  name,
  status: "READY",
  createdAt,
  lastUpdatedAt: null,
  timeoutSeconds,
});

const nameOf = ({ interpreter, id }: Session): string => `${interpreter}/${id}`;
