import type { UsageColumns } from "../../core/billing/usage-columns.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { PastCalls, PastEnd, PastSession } from "../../core/cleanup/backtest/backtest-types.ts";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { PastLife, PastLives } from "./past-lives.ts";
import { type PastUsage, sessionKeyText } from "./past-usage.ts";

export type CallsOf = (key: SessionKey, life: Span) => PastCalls;

/** Records that begin so soon after those of all others may be cut off at their beginning. */
const cutMs = 15 * 60_000;
/** The first record of a session comes within this of its start. */
const startMs = 2 * 60_000;

/** One session after the other; the records of each are given away with it. */
export function* pastSessions(
  past: PastUsage,
  lives: PastLives,
  callsOf: CallsOf,
  window: Span,
): Generator<PastSession> {
  const seen = new Set<string>();
  for (const key of past.keys()) {
    const name = sessionKeyText(key);
    seen.add(name);
    yield withHole(past, sessionOf(key, past.release(key), lives.get(name) ?? null, callsOf, window));
  }
  // Sessions without a record are leaks as well, maybe: they are listed as what cannot be proved.
  for (const [name, life] of lives) {
    const isInside = life.createdAt < window.until && life.end.earliest > window.from;
    if (seen.has(name) || !isInside) continue;
    const usage = past.hasInterpreter(life.key, life.key.interpreter) ? past.release(life.key) : null;
    yield sessionOf(life.key, usage, life, callsOf, window);
  }
}

/** One that nobody saw end, and whose records end where others' are missing, may have gone on. */
function withHole(past: PastUsage, found: PastSession): PastSession {
  const { end, session } = found;
  const key: SessionKey = { ...session.target, interpreter: session.interpreter, session: session.id };
  return { ...found, mayGoOn: end.latest === null && past.isHoleAfter(key, end.earliest) };
}

function sessionOf(
  key: SessionKey,
  usage: UsageColumns | null,
  life: PastLife | null,
  callsOf: CallsOf,
  window: Span,
): PastSession {
  const { first, last } = usage === null || usage.length === 0 ? { first: null, last: null } : spanOf(usage);
  const createdAt = life?.createdAt ?? first ?? window.from;
  const end = endOf(life, last, createdAt);
  const { account, region, interpreter, session: id } = key;
  return {
    session: {
      target: { account, region },
      interpreter,
      interpreterKind: "CUSTOM",
      id,
      name: life?.name ?? null,
      status: "READY",
      createdAt,
      lastUpdatedAt: null,
      timeoutSeconds: life?.timeoutSeconds ?? null,
    },
    end,
    usage,
    isWhole: first !== null && (life === null ? first - window.from > cutMs : first - life.createdAt <= startMs),
    calls: callsOf(key, { from: createdAt, until: end.earliest }),
  };
}

/** A session that has records lived as long as they go on, whoever saw it last. */
function endOf(life: PastLife | null, last: Instant | null, createdAt: Instant): PastEnd {
  if (life === null) return { earliest: last ?? createdAt, latest: null };
  const { earliest, latest } = life.end;
  const alive = Math.max(earliest, Math.min(last ?? earliest, latest ?? Number.POSITIVE_INFINITY));
  return { earliest: instant(alive), latest };
}

function spanOf({ at, elapsedSeconds, length }: UsageColumns): { readonly first: Instant; readonly last: Instant } {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < length; row += 1) {
    const from = at[row] ?? 0;
    first = Math.min(first, from);
    last = Math.max(last, from + 1000 * (elapsedSeconds[row] ?? 0));
  }
  return { first: instant(first), last: instant(last) };
}
