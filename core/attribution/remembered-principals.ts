import type { SessionKey } from "../billing/usage-record.ts";
import { targetKey } from "../inventory/target.ts";
import { type Instant, instant, isoOf } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import type { Documents } from "../ports/documents.ts";
import { hourOf, readHour } from "./principal-pages.ts";
import { type HourPrincipals, noPrincipals, principalKey } from "./principal-text.ts";

interface BegunSession extends SessionKey {
  readonly createdAt: Instant | null;
  /** When it began as far as is known: its start, or the hour of its first charge. */
  readonly beganAt: Instant;
}

export interface RememberedPrincipals {
  readonly principalOf: (session: BegunSession) => Promise<string | null>;
  readonly problems: () => readonly Problem[];
}

/** Sessions come day by day and target by target: so many hours are enough to read each once. */
const heldHours = 256;

/** Looks up who started a session in what `followTrail` has remembered. Hours are read as sessions ask for them. */
export function rememberedPrincipals(documents: Documents): RememberedPrincipals {
  const held = new Map<string, HourPrincipals>();
  const damaged = new Map<string, Problem>();
  const inHour = async (session: SessionKey, hour: number): Promise<HourPrincipals> => {
    const name = `${targetKey(session)} ${hour}`;
    const known = held.get(name);
    if (known !== undefined) return known;
    const read = await readHour(documents, session, hour);
    if (read === null) damaged.set(name, damagedProblem(targetKey(session), hour));
    for (const oldest of held.size < heldHours ? [] : [...held.keys()].slice(0, 1)) held.delete(oldest);
    held.set(name, read ?? noPrincipals);
    return read ?? noPrincipals;
  };
  return {
    principalOf: async (session) => {
      const key = principalKey(session);
      for (const hour of hoursAround(session)) {
        const principal = (await inHour(session, hour)).get(key);
        if (principal !== undefined) return principal;
      }
      return null;
    },
    problems: () => [...damaged.values()],
  };
}

/**
 * The call is answered a moment before or after the session says that it was created. Without that, its first usage may be
 * stamped most of an hour before the call, and the first that is known hours after it.
 */
function hoursAround({ createdAt, beganAt }: BegunSession): readonly number[] {
  const hour = hourOf(createdAt ?? beganAt);
  const earlier = createdAt === null ? 8 : 1;
  return [hour, hour + 1, ...Array.from({ length: earlier }, (_, index) => hour - 1 - index)];
}

const damagedProblem = (target: string, hour: number): Problem => ({
  code: "StateDamaged",
  message: `What was remembered of who started sessions in ${target} from ${isoOf(instant(hour * 3_600_000))} on is damaged: those sessions have no principal in budgets.`,
});
