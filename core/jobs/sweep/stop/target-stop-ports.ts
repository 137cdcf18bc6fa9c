import { decide } from "../../../cleanup/decision/decide.ts";
import type { PlanEntry } from "../../../cleanup/plan/plan.ts";
import type { Session } from "../../../inventory/session.ts";
import { evidenceInputOf } from "../evidence/decide-target.ts";
import { gatherEvidence } from "../evidence/gather-evidence.ts";
import { standingOf } from "../regret/stored-verdict.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../sweep-ports.ts";
import { readInForce, withProtections } from "./read-in-force.ts";
import { sessionOfEntry } from "./session-of-entry.ts";
import { claimStop, lookAtCap } from "./stop-cap.ts";
import type { StopPorts } from "./stop-ports.ts";

/** The links of the chain, for sessions of one target. Policies and protections are read anew each time: a person may change them at any moment. */
export function targetStopPorts(ports: SweepPorts, input: SweepInput, found: SweptTarget): StopPorts {
  const listed = new Map(found.sessions.map((session) => [keyOf(session), session]));
  const sessionOf = (entry: PlanEntry): Session => {
    const session = sessionOfEntry(entry);
    return listed.get(keyOf(session)) ?? session;
  };
  // Progress is of the looks of a pass, not of the last one before each stop.
  const { onLooks: _, ...quiet } = ports;
  return {
    ...ports,
    readStanding: (signal) => standingOf(ports.documents, ports.readSwitch, signal),
    claimStop: (_key, now) => claimStop(ports.documents, input.cap, now),
    inForce: (entry, now) => readInForce(ports, input.policies, entry, sessionOf(entry), now),
    lookAtCap: (now) => lookAtCap(ports.documents, input.cap, now),
    lookAgain: async (entry, now, signal) => {
      const policies = await withProtections(ports, input.policies);
      const fresh = evidenceInputOf({ ...input, policies, looksAtMost: 1 }, found, () => null);
      const gathered = await gatherEvidence(quiet, now, fresh, found.target, [sessionOf(entry)], signal);
      const [seen] = gathered.facts;
      if (seen === undefined) throw new RangeError("evidence of one session was asked for");
      // Get said so a moment ago.
      const facts = { ...seen, evidence: { ...seen.evidence, status: "READY" as const, statusAsOf: now } };
      return { decision: decide(facts, input, now), evidence: facts.evidence };
    },
  };
}

const keyOf = ({ interpreter, id }: Session): string => JSON.stringify([interpreter, id]);
