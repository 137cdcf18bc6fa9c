import { sessionStatusAt } from "../../fleet/life.ts";
import type { Place } from "../../world.ts";

/** AWS's limit for sessions and interpreters alike where Service Quotas knows nothing (2026-09). */
const documentedLimit = 1000;

/** An applied value wins over the default, also when it is 0: the account is not enabled yet. */
export const quotaOf = (place: Place, code: string): number =>
  place.appliedQuotas.get(code) ?? place.defaultQuotas.get(code) ?? documentedLimit;

/** Sessions of SYSTEM and CUSTOM interpreters count alike. */
export function readySessions(place: Place, now: number, interpreterId?: string): number {
  let ready = 0;
  for (const [id, sessions] of place.sessions) {
    if (interpreterId !== undefined && id !== interpreterId) continue;
    for (const session of sessions.values()) {
      if (sessionStatusAt(session, now) === "READY") ready++;
    }
  }
  return ready;
}

/** Only CUSTOM interpreters count, whatever their status, until they are gone. */
export const customInterpreters = (place: Place): number =>
  [...place.interpreters.values()].filter((interpreter) => interpreter.kind === "CUSTOM").length;
