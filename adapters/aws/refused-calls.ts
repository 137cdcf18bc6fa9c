import type { Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { leastOf } from "../../core/kernel/extremes.ts";
import type { ReadRefusedCalls } from "../../core/ports/activity.ts";
import type { AwsClients } from "./clients.ts";
import { rememberedDeliveries } from "./deliveries.ts";
import { callsPlaces } from "./session-calls-places.ts";
import { readRecordedCalls } from "./session-calls-read.ts";

/**
 * Reads which calls came for sessions that were stopped. Nothing of what an answer to them holds is documented, so that it is told by
 * the session and the time alone: whoever called a session after its stop was refused, or cut off.
 */
export function awsRefusedCalls(clients: AwsClients): ReadRefusedCalls {
  const deliveriesOf = rememberedDeliveries(clients, ["TRACES", "APPLICATION_LOGS"]);
  return async (target, interpreter, stops, now, signal) => {
    if (stops.length === 0) return new Map();
    const { places, none } = callsPlaces(target, interpreter, await deliveriesOf(target, signal));
    const window = { from: leastOf(stops.map(({ stoppedAt }) => stoppedAt)) ?? now, until: now };
    let reason: Unknown | null = null;
    for (const place of places) {
      const read = await readRecordedCalls(clients, target, interpreter, place, window, now, signal);
      if ("problem" in read) {
        reason ??= none.code === "failed" ? none : { kind: "unknown", code: "failed", message: read.problem.message };
        continue;
      }
      const bySession = Map.groupBy(read.calls, ({ session }) => session);
      return new Map(
        stops.map(({ session, stoppedAt }) => {
          const ends = (bySession.get(session) ?? []).map(({ counted }) => counted.completion);
          return [session, { kind: "known", at: ends.filter((at) => at > stoppedAt) }] as const;
        }),
      );
    }
    const unknown = reason ?? none;
    return new Map(stops.map(({ session }) => [session, unknown] as const));
  };
}
