import { decide } from "../../../cleanup/decision/decide.ts";
import type { SessionFacts } from "../../../cleanup/decision/decision.ts";
import type { CpuEvidence, Unknown } from "../../../cleanup/evidence/evidence.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import type { EvidenceInput } from "./evidence-ports.ts";
import { recordsLagMs } from "./evidence-window.ts";

/**
 * Whether a look at a session's CPU could show what earlier ones did not. `facts` has the calls as of now; `isKept` is of one that its
 * calls keep, whatever its CPU does. No look is put off beyond the moment at which all records are there that can show it idle.
 */
export function isLookDue(facts: SessionFacts, isKept: boolean, input: EvidenceInput, now: Instant): boolean {
  const { session, policy, evidence } = facts;
  if (policy === null) return false;
  const before = input.remembered(session);
  if (before === null) return true;
  const { cpu, lookedAt } = before;
  if (isKept) return now >= plusMs(lookedAt, seldomMs);
  if (cpu.kind === "unknown") return !isLasting(cpu.code) || now >= plusMs(lookedAt, seldomMs);
  // What was seen quiet for less than `idleAfter` cannot have been quiet for long enough before that has passed since.
  const idleAt = plusMs(cpu.quietSince ?? cpu.covered.until, policy.idleAfterMs);
  if (now < idleAt || now >= plusMs(cpu.asOf, seldomMs)) return now >= idleAt;
  const isSpared = !input.act || policy.mode === "observe";
  // Nothing comes of its being idle but that it is told, which it is by what is remembered.
  if (isSpared && decide({ ...facts, evidence: { ...evidence, cpu } }, input, now).action === "stop") return false;
  return now >= plusMs(idleAt, lagOf(cpu));
}

/** Whether one that nothing is decided of by its CPU is looked at, to see whether it is a runaway. */
export function isWatchDue({ session }: SessionFacts, input: EvidenceInput, now: Instant): boolean {
  const { runawayAfterMs, remembered } = input;
  if (runawayAfterMs === null || now - session.createdAt < runawayAfterMs) return false;
  const before = remembered(session);
  return before === null || now >= plusMs(before.lookedAt, seldomMs);
}

/** How often a look is taken that can hardly change anything. */
const seldomMs = 15 * 60_000;

/** So late as they were then, its records will be next time, as far as anybody knows. */
const lagOf = ({ asOf, covered }: CpuEvidence): number => Math.min(Math.max(0, asOf - covered.until), recordsLagMs);

/** It is so by the way things are set up. */
const isLasting = (code: Unknown["code"]): boolean =>
  code === "no-usage-logs" || code === "at-teardown" || code === "approximate";
