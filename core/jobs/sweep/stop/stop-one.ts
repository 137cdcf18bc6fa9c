import type { SessionKey } from "../../../billing/usage-record.ts";
import { checkBreaker } from "../../../cleanup/plan/breaker.ts";
import { decidedAtOf } from "../../../cleanup/stop/decided-at.ts";
import { intentOf } from "../../../cleanup/stop/stop-intent.ts";
import type { EntryOutcome } from "../../../cleanup/stop/stop-outcome.ts";
import { greatestOf } from "../../../kernel/extremes.ts";
import type { Instant } from "../../../kernel/instant.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord } from "../../../ports/stops.ts";
import { byEarlierStops } from "./earlier-stops.ts";
import { barrierOf, type Open } from "./stop-barrier.ts";
import { nameInCount, stoppedWithin } from "./stop-count.ts";
import { lookOnceMore } from "./stop-look.ts";
import type { SecondLook, StopOrder, StopPorts } from "./stop-ports.ts";
import { type Refusal, refusedBy } from "./stop-refusal.ts";
import { endedLate, type Sent, sendStop } from "./stop-send.ts";

/** Each with an intent and a token of its own, and only after Get said READY to the end of the one before. */
const mostAttempts = 2;

/**
 * Stops one session of a plan, if each link of the chain says yes: the plan is in force, nothing protects the session, the switch
 * is armed, the session lives, it is still idle, and the cap is not spent. The instant of each check is the clock's, not the
 * pass's. Only then the intent is written, and only then Stop is sent. A session that lives on all the same goes through the whole
 * chain again. Throws only when `signal` is aborted while no Stop is under way.
 */
export async function stopOne(ports: StopPorts, order: StopOrder, signal: AbortSignal): Promise<EntryOutcome> {
  const { entry } = order;
  let before: Alive | null = null;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const outcome: Attempt = await attemptOf(ports, order, before?.open ?? null, signal);
    if (outcome.kind === "refused" && before !== null) {
      return { kind: "failed", entry, message: `${before.message} It was not tried again: ${outcome.message}` };
    }
    if (outcome.kind !== "alive") return outcome;
    before = outcome;
  }
  return { kind: "failed", entry, message: before?.message ?? "" };
}

/** Stop was sent, and it is READY all the same, which is written down. */
interface Alive {
  readonly kind: "alive";
  readonly message: string;
  readonly open: StopRecord;
}
type Attempt = EntryOutcome | Alive;

async function attemptOf(
  ports: StopPorts,
  order: StopOrder,
  before: StopRecord | null,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    signal.throwIfAborted();
    const passed = await linksOf(ports, order, before, signal);
    if (passed.kind === "already-gone" && before !== null) {
      return { kind: "stopped", entry: order.entry, problem: await endedLate(ports, before) };
    }
    if (passed.kind !== "passed") return passed;
    const intent = await writeIntent(ports, order, before, passed, signal);
    return intent.kind === "refused" ? intent : outcomeOf(order, await sendStop(ports, intent.record, before));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return refusedBy(order, "state-unavailable", error.message);
  }
}

interface Passed {
  readonly kind: "passed";
  readonly look: SecondLook;
  readonly looked: Looked;
  readonly earlier: readonly StopRecord[];
  readonly lifted: Open["lifted"];
}

/** A look takes its time, and says nothing of what began after it did. */
interface Looked {
  readonly from: Instant;
  readonly until: Instant;
}

/** What was seen longer ago is looked at anew: a state that is slow, or a machine that sleeps, lets a session begin to work. */
const freshForMs = 2 * 60_000;
/** The same from where the look began: records of a large fleet take minutes to be read. */
const freshFromBeginMs = 5 * 60_000;

async function linksOf(
  ports: StopPorts,
  order: StopOrder,
  before: StopRecord | null,
  signal: AbortSignal,
): Promise<Passed | EntryOutcome> {
  const { entry } = order;
  const { key } = entry;
  const barred = await barrierOf(ports, order, signal);
  if (barred.kind !== "open") return barred;
  const earlier = await ports.records.ofSession(key);
  const done = byEarlierStops(order, earlier, before?.id ?? null, ports.clock.now());
  if (done !== null) return done;
  const look = await lookOnceMore(ports, order, signal);
  if (look.kind !== "seen") return look;
  const looked = { from: look.from, until: ports.clock.now() };
  // A look may take its time, and somebody may have changed their mind.
  const still = await barrierOf(ports, order, signal);
  if (still.kind !== "open") return still;
  const now = ports.clock.now();
  const stale = staleBy(order, looked, now);
  if (stale !== null) return stale;
  // Only asked: it is claimed once no other run can be stopping the session, so that nobody claims for what another one stops.
  const cap = before === null ? await ports.lookAtCap(now) : null;
  if (cap?.kind === "spent") return refusedBy(order, "cap", cap.message);
  signal.throwIfAborted();
  return { kind: "passed", look: look.look, looked, earlier, lifted: still.lifted };
}

/**
 * The intent counts as a stop from now on, so that of runs that are under way at once, all of which the breaker let pass, no more
 * get through than it allows. What bars the way is asked once more after it is written, for that may have taken its time: nothing
 * lies between that and Stop.
 */
async function writeIntent(
  ports: StopPorts,
  order: StopOrder,
  before: StopRecord | null,
  { look, looked, earlier, lifted }: Passed,
  signal: AbortSignal,
): Promise<{ readonly kind: "written"; readonly record: StopRecord } | Refusal> {
  const { plan, entry, override } = order;
  const { clock, records, sha256 } = ports;
  // A clock that is wrong for this moment alone would write the stop down outside of every window that it counts in.
  const now = clock.now();
  const stale = staleBy(order, looked, now);
  if (stale !== null) return stale;
  const record = intentOf({
    plan,
    entry: { ...entry, ...look },
    override: override === null ? null : { by: override.by, reason: override.reason, protection: lifted },
    attempt: (greatestOf(earlier.map(({ attempt }) => attempt)) ?? 0) + 1,
    now,
    sha256,
  });
  if ((await records.put(record)) === "stale") {
    return refusedBy(order, "taken", "Another run is stopping it at this moment.");
  }
  const written = { ...record, revision: 1 };
  let goesOn = false;
  try {
    const refusal = await lastRefusal(ports, order, before, { looked, lifted }, signal);
    goesOn = refusal === null;
    return refusal ?? { kind: "written", record: written };
  } finally {
    // Also where it throws: nothing was sent, and nobody is to take a session that ends by itself for one that was stopped.
    if (!goesOn) await records.put({ ...written, state: "abandoned", decidedAt: decidedAtOf(written, clock.now()) });
  }
}

async function lastRefusal(
  ports: StopPorts,
  order: StopOrder,
  before: StopRecord | null,
  { looked, lifted }: Pick<Passed, "looked" | "lifted">,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const { records, clock } = ports;
  const { limit, entry } = order;
  const countedAt = clock.now();
  const uncounted = staleBy(order, looked, countedAt);
  if (uncounted !== null) return uncounted;
  const tripped = limit === null ? null : await trippedBy(records, limit, entry.key, countedAt);
  if (tripped !== null) return refusedBy(order, "breaker", `Others were stopped meanwhile: ${tripped}`);
  // All attempts of a run at a session are one stop.
  const claimedAt = clock.now();
  const unclaimed = staleBy(order, looked, claimedAt);
  if (unclaimed !== null) return unclaimed;
  const claim = before === null ? await ports.claimStop(entry.key, claimedAt) : null;
  if (claim?.kind === "spent") return refusedBy(order, "cap", claim.message);
  const barred = await barrierOf(ports, order, signal);
  if (barred.kind !== "open") return barred;
  // Nobody overrides what they cannot have seen, and the record would not tell of it.
  if (barred.lifted !== null && JSON.stringify(barred.lifted) !== JSON.stringify(lifted)) {
    return refusedBy(
      order,
      "protected",
      "It was protected at this moment: see by whom and why, before that is overridden too.",
    );
  }
  return staleBy(order, looked, clock.now());
}

/** Each instant that a stop is counted at is asked: a clock may be wrong for one of them, and right again for the next. */
function staleBy(order: StopOrder, { from, until }: Looked, now: Instant): Refusal | null {
  const isFresh = now >= until && now - until <= freshForMs && until >= from && now - from <= freshFromBeginMs;
  if (isFresh) return null;
  const seconds = Math.round((now - from) / 1000);
  const message = `It was looked at ${seconds} seconds ago: so much time passed since that it has to be looked at anew.`;
  return refusedBy(order, "taken", message);
}

async function trippedBy(
  records: StopPorts["records"],
  { breaker, live }: NonNullable<StopOrder["limit"]>,
  key: SessionKey,
  now: Instant,
): Promise<string | null> {
  const stopped = await stoppedWithin(records, key, breaker.windowMs, now);
  // Its own intent is among them, unless a clock was wrong.
  const own = nameInCount(key);
  const others = stopped === null ? null : [...stopped].filter((name) => name !== own).length;
  const answer = checkBreaker(breaker, { stopped: others, planned: 1, live });
  return answer.kind === "tripped" ? answer.message : null;
}

function outcomeOf({ entry }: StopOrder, sent: Sent): Attempt {
  switch (sent.kind) {
    case "stopped":
    case "already-gone":
      return { kind: sent.kind, entry, problem: sent.problem };
    case "alive":
      return { kind: "alive", message: sent.problem.message, open: sent.open };
    case "failed":
      return { kind: "failed", entry, message: sent.problem.message };
  }
}
