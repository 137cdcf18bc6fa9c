import { decide } from "../../../cleanup/decision/decide.ts";
import type { SessionFacts } from "../../../cleanup/decision/decision.ts";
import type { CallEvidence, CpuEvidence, Unknown } from "../../../cleanup/evidence/evidence.ts";
import { sinceBefore } from "../../../cleanup/runaway.ts";
import type { Session } from "../../../inventory/session.ts";
import type { Target } from "../../../inventory/target.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { EvidenceInput, EvidencePorts } from "./evidence-ports.ts";
import { cpuWindow, dated, longestIdleAfter, notLooked, recordsLagMs } from "./evidence-window.ts";
import { isLookDue, isWatchDue } from "./look-due.ts";

/** A session of which something may have to be known, with its calls as far as they are. */
interface Asked {
  readonly facts: SessionFacts;
  readonly calls: CallEvidence | Unknown;
}

/**
 * CPU of no more than `looksAtMost` sessions: those first that were not looked at for longest, so that each has its turn, and of them those
 * that it can condemn. One that its calls keep anyway is looked at now and then only, so that it is known what it does. So are `bystanders`,
 * which something else keeps, with what looks are left: they may be runaways.
 */
export async function gatherCpu(
  { readSessionCpu, onLooks }: Pick<EvidencePorts, "readSessionCpu" | "onLooks">,
  now: Instant,
  input: EvidenceInput,
  target: Target,
  candidates: readonly Asked[],
  bystanders: readonly SessionFacts[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Session, CpuEvidence | Unknown>> {
  const lookedAt = ({ session }: SessionFacts): number => input.remembered(session)?.lookedAt ?? 0;
  const chosen = candidates
    .map(({ facts, calls }) => ({ ...facts, evidence: { ...facts.evidence, calls } }))
    .map((facts) => ({ facts, isKept: isKeptByCalls(facts, input, now) }))
    .filter(({ facts, isKept }) => input.of === "all" || isLookDue(facts, isKept, input, now))
    .toSorted(
      (a, b) =>
        lookedAt(a.facts) - lookedAt(b.facts) ||
        Number(a.isKept) - Number(b.isKept) ||
        a.facts.session.createdAt - b.facts.session.createdAt,
    )
    .map(({ facts }) => facts);
  const watched = bystanders
    .filter((facts) => isWatchDue(facts, input, now))
    .toSorted((a, b) => lookedAt(a) - lookedAt(b) || a.session.createdAt - b.session.createdAt);
  const all = [...chosen, ...watched].slice(0, input.looksAtMost);
  let done = 0;
  const onLooked = (sessions: number): void => {
    done += sessions;
    onLooks?.({ target, looked: done, of: all.length });
  };
  const looked = new Map<Session, CpuEvidence | Unknown>();
  for (const [interpreter, group] of Map.groupBy(all, ({ session }) => session.interpreter)) {
    const ids = group.map(({ session }) => session.id);
    const question = { neededMs: longestIdleAfter(group), depth: input.depth, onLooked };
    const window = cpuWindow(group, now);
    const found = await readSessionCpu(target, interpreter, ids, window, question, now, signal);
    for (const { session } of group) {
      const cpu = dated(withoutRecords(found.get(session.id) ?? notLooked, session, now), now, window);
      looked.set(session, sinceBefore(cpu, window.from, input.remembered(session)?.cpu ?? null));
    }
  }
  return looked;
}

/** Whether it would be kept even if its CPU had been quiet up to this moment. */
function isKeptByCalls(facts: SessionFacts, input: EvidenceInput, now: Instant): boolean {
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
  return decide({ ...facts, evidence: { ...evidence, cpu } }, input, now).action !== "stop";
}

/** A session that lives longer than any record is late has some, unless they come when it ends. */
function withoutRecords(cpu: CpuEvidence | Unknown, session: Session, now: Instant): CpuEvidence | Unknown {
  const isOld = now - session.createdAt > recordsLagMs;
  if (cpu.kind === "known" || cpu.code !== "no-records-yet" || !isOld) return cpu;
  const message =
    "Its interpreter's usage logs are on, and no record of it has come for more than 75 minutes: they seem to come when sessions end.";
  return { kind: "unknown", code: "at-teardown", message };
}
