import { createHash } from "node:crypto";
import { decide } from "../core/cleanup/decision/decide.ts";
import { type Decided, makePlan } from "../core/cleanup/plan/make-plan.ts";
import { choosePolicy } from "../core/cleanup/policy/choose-policy.ts";
import type { PolicySet } from "../core/cleanup/policy/policy.ts";
import { protectionOf } from "../core/cleanup/policy/protections.ts";
import { instant } from "../core/kernel/instant.ts";
import { type Bench, type Figure, median } from "./bench.ts";
import { type Candidate, cleanupData } from "./cleanup-data.ts";

const sessions = 100_000;
const runs = 5;
const now = instant(Date.UTC(2026, 10, 20, 12));
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Policy, protection and decision of each session, and the plan of them all, on one thread; evidence is there already. */
export const decideBench: Bench = {
  name: "decide",
  about: `decisions about ${sessions} sessions by 20 policies: idle, busy, called, unknown, protected, young`,
  run: benchDecide,
};

async function benchDecide(tell: (line: string) => void): Promise<readonly Figure[]> {
  const { candidates, set } = cleanupData(sessions, 1, now);
  const deciding: number[] = [];
  const planning: number[] = [];
  let stops = 0;
  for (let run = 0; run < runs; run += 1) {
    const startedAt = performance.now();
    const decided = candidates.map((candidate) => decidedOf(candidate, set));
    const decidedAt = performance.now();
    const { plan, postponed } = makePlan(decided, { planLifetimeMs: 1_800_000, barred: [] }, sha256, now);
    planning.push(performance.now() - decidedAt);
    deciding.push(decidedAt - startedAt);
    stops = plan.entries.length + postponed.length;
  }
  tell(`${stops} of ${sessions} are to be stopped`);
  if (stops < sessions / 10 || stops > sessions / 2) throw new Error("the sessions are not as they should be");
  return [
    { what: "time of all decisions, median of five", value: median(deciding) / 1000, unit: "s", atMost: 1 },
    { what: "time of the plan of them, median of five", value: median(planning) / 1000, unit: "s" },
    { what: "sessions that are to be stopped", value: stops, unit: "" },
  ];
}

function decidedOf({ session, evidence, arn }: Candidate, set: PolicySet): Decided {
  const policy = choosePolicy(set.policies, session);
  const facts = { session, evidence, policy, protection: protectionOf(set.protections, session, now) };
  return { facts, decision: decide(facts, { invocationStamp: set.invocationStamp, idleVcpu: 0.02 }, now), arn };
}
