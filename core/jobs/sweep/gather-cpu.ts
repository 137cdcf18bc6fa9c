import { decide } from "../../cleanup/decide.ts";
import type { SessionFacts } from "../../cleanup/decision.ts";
import type { CallEvidence, CpuEvidence, Unknown } from "../../cleanup/evidence.ts";
import type { Session } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import type { EvidenceInput, EvidencePorts } from "./evidence-ports.ts";
import { cpuWindow, longestIdleAfter, notLooked, recordsLagMs } from "./evidence-window.ts";

/** A session of which something may have to be known, with its calls as far as they are. */
interface Asked {
  readonly facts: SessionFacts;
  readonly calls: CallEvidence | Unknown;
}

/**
 * CPU of no more than `looksAtMost` sessions: those first that it can condemn, then those that were not looked at for longest. One that its
 * calls keep anyway is looked at now and then only, so that it is known what it does.
 */
export async function gatherCpu(
  { readSessionCpu }: Pick<EvidencePorts, "readSessionCpu">,
  now: Instant,
  input: EvidenceInput,
  target: Target,
  candidates: readonly Asked[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Session, CpuEvidence | Unknown>> {
  const lookedAt = ({ session }: SessionFacts): number => input.remembered(session)?.lookedAt ?? 0;
  const chosen = candidates
    .map(({ facts, calls }) => ({ facts, isKept: isKeptByCalls(facts, calls, input, now) }))
    .filter(({ facts, isKept }) => isDue(facts, isKept, input.remembered(facts.session), now))
    .toSorted(
      (a, b) =>
        Number(a.isKept) - Number(b.isKept) ||
        lookedAt(a.facts) - lookedAt(b.facts) ||
        a.facts.session.createdAt - b.facts.session.createdAt,
    )
    .slice(0, input.looksAtMost)
    .map(({ facts }) => facts);
  const looked = new Map<Session, CpuEvidence | Unknown>();
  for (const [interpreter, group] of Map.groupBy(chosen, ({ session }) => session.interpreter)) {
    const ids = group.map(({ session }) => session.id);
    const question = { neededMs: longestIdleAfter(group), depth: input.depth };
    const found = await readSessionCpu(target, interpreter, ids, cpuWindow(group, now), question, now, signal);
    for (const { session } of group) {
      looked.set(session, withoutRecords(found.get(session.id) ?? notLooked, session, now));
    }
  }
  return looked;
}

/** Whether it would be kept even if its CPU had been quiet up to this moment. */
function isKeptByCalls(
  facts: SessionFacts,
  calls: CallEvidence | Unknown,
  input: EvidenceInput,
  now: Instant,
): boolean {
  const { session, policy, evidence } = facts;
  // That one needs CPU that works.
  if (policy?.maxAgeStopsBusy === true) return false;
  const cpu: CpuEvidence = {
    kind: "known",
    asOf: now,
    covered: { from: session.createdAt, until: now },
    quietSince: session.createdAt,
    lastBusyAt: null,
    lastRecordAt: now,
    hotSince: null,
    memoryBytes: null,
  };
  return decide({ ...facts, evidence: { ...evidence, calls, cpu } }, input, now).action !== "stop";
}

/** How often one is looked at that is kept anyway. */
const keptLooksMs = 15 * 60_000;

/** What was seen quiet for less than `idleAfter` cannot have been quiet for long enough before that has passed since. */
function isDue(
  { policy }: SessionFacts,
  isKept: boolean,
  before: ReturnType<EvidenceInput["remembered"]>,
  now: Instant,
): boolean {
  if (policy === null || policy.evidence === "invocations") return false;
  if (before === null) return true;
  if (isKept) return now >= plusMs(before.lookedAt, keptLooksMs);
  const { cpu } = before;
  return cpu.kind === "unknown" || now >= plusMs(cpu.quietSince ?? cpu.covered.until, policy.idleAfterMs);
}

/** A session that lives longer than any record is late has some, unless they come when it ends. */
function withoutRecords(cpu: CpuEvidence | Unknown, session: Session, now: Instant): CpuEvidence | Unknown {
  const isOld = now - session.createdAt > recordsLagMs;
  if (cpu.kind === "known" || cpu.code !== "no-records-yet" || !isOld) return cpu;
  const message =
    "Its interpreter's usage logs are on, and no record of it has come for more than 75 minutes: they seem to come when sessions end.";
  return { kind: "unknown", code: "at-teardown", message };
}
