import { decide } from "../../../cleanup/decision/decide.ts";
import type { Decided } from "../../../cleanup/plan/make-plan.ts";
import type { Session } from "../../../inventory/session.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../sweep-ports.ts";
import type { EvidenceInput } from "./evidence-ports.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { type Remembered, readCpuMemory, seenBy, writeCpuMemory } from "./remembered-cpu.ts";

/**
 * Decides about all sessions of a target, by what can be seen now and what earlier passes remember. Throws `RegistryError`, and
 * when `signal` is aborted.
 */
export async function decideTarget(
  ports: SweepPorts,
  now: Instant,
  input: SweepInput,
  found: SweptTarget,
  signal: AbortSignal,
): Promise<readonly Decided[]> {
  const { target, sessions } = found;
  const memory = await readCpuMemory(ports.documents, target);
  const wholly = evidenceInputOf(input, found, (session) => seenBy(memory.bySession.get(nameOf(session)) ?? null, now));
  // Whatever this finds idle is looked at once more, as a whole, before it is stopped.
  const evidenceInput: EvidenceInput = { ...wholly, depth: "until-work" };
  const { facts, looked } = await gatherEvidence(ports, now, evidenceInput, target, sessions, signal);
  const living = new Set(sessions.map(nameOf));
  const bySession = new Map<string, Remembered>([...memory.bySession].filter(([name]) => living.has(name)));
  for (const [session, cpu] of looked) {
    const name = nameOf(session);
    const before = bySession.get(name)?.cpu;
    // What an earlier look saw is still true where this one saw nothing.
    bySession.set(name, { lookedAt: now, cpu: cpu.kind === "unknown" && before?.kind === "known" ? before : cpu });
  }
  await writeCpuMemory(ports.documents, target, { revision: memory.revision, bySession });
  return facts.map((it) => ({
    facts: it,
    decision: decide(it, input, now),
    arn: evidenceInput.arnOf(it.session.interpreter) ?? "",
  }));
}

/** For looks at all that can be read. */
export function evidenceInputOf(
  { policies, invocationStamp, idleVcpu, looksAtMost, runaway, act }: SweepInput,
  { interpreters, listedAt }: SweptTarget,
  remembered: EvidenceInput["remembered"],
): EvidenceInput {
  const arns = new Map(interpreters.map(({ id, arn }) => [id, arn]));
  return {
    policies,
    invocationStamp,
    idleVcpu,
    looksAtMost,
    depth: "whole",
    of: "open",
    runawayAfterMs: runaway?.hotForMs ?? null,
    act,
    remembered,
    listedAt,
    arnOf: (id) => arns.get(id) ?? null,
  };
}

const nameOf = ({ interpreter, id }: Session): string => `${interpreter}/${id}`;
