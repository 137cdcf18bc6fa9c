import { evidenceOfMinutes } from "../../core/cleanup/evidence/call-evidence.ts";
import type { CallEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { ReadInterpreterCalls } from "../../core/ports/activity.ts";
import type { AwsClients } from "./clients.ts";
import { type CallCounts, callCounts } from "./interpreter-calls-counts.ts";

/** Reads `Invocations` of interpreters by the minute. */
export const awsInterpreterCalls =
  (clients: AwsClients): ReadInterpreterCalls =>
  async (target, interpreters, window, stamp, now, signal) => {
    const counts = await callCounts(clients, target, interpreters, window, now, signal);
    return new Map([...counts].map(([id, counted]) => [id, evidenceOf(counted)] as const));

    function evidenceOf(counted: CallCounts | Unknown): CallEvidence | Unknown {
      if (counted.kind === "unknown") return counted;
      const { window: span, completeUntil, minutes, late } = counted;
      if (late !== null) return late;
      return evidenceOfMinutes(minutes, { asOf: now, of: "interpreter", window: span, completeUntil, stamp });
    }
  };
