import type { StopRecord } from "../core/ports/stops.ts";
import type { SessionTruth, Truth } from "../local/truth.ts";

export interface Judged {
  /** Sessions that worked in the `idleAfter` before the horizon by which they were stopped: there must be none. */
  readonly wrong: readonly string[];
  /** Profiles of those that began to work between that horizon and the stop: no evidence could show it. */
  readonly races: readonly string[];
  /** Which these are. */
  readonly raced: ReadonlySet<string>;
  readonly stopped: number;
}

/** Holds stops against what the sessions did in truth. */
export function judgeStops(records: readonly StopRecord[], truth: Truth, idleAfterMs: number): Judged {
  const truths = new Map(truth.sessions.map((it) => [it.session, it]));
  const wrong: string[] = [];
  const races: string[] = [];
  const raced = new Set<string>();
  const stopped = records.filter(({ state }) => state === "stopped");
  for (const { key, entry, intendedAt } of stopped) {
    const it = truths.get(key.session);
    const { horizon } = entry.decision;
    if (it === undefined || horizon === null) throw new Error(`nothing is known of ${key.session}`);
    if (works(it, horizon - idleAfterMs, horizon)) wrong.push(`${profileOf(it)} ${key.session}`);
    if (!works(it, horizon, intendedAt)) continue;
    races.push(profileOf(it));
    raced.add(key.session);
  }
  return { wrong, races, raced, stopped: stopped.length };
}

/** Whether it worked at any moment of [from, until). */
const works = ({ work }: SessionTruth, from: number, until: number): boolean =>
  (work?.spans ?? []).some((span) => Date.parse(span.from) < until && Date.parse(span.until) > from);

export const profileOf = ({ work }: SessionTruth): string => work?.profile ?? "?";

/** When it worked last; its creation where it never did. */
export const lastWorkOf = ({ work, createdAt }: SessionTruth): number =>
  Math.max(Date.parse(createdAt), ...(work?.spans ?? []).map(({ until }) => Date.parse(until)));
