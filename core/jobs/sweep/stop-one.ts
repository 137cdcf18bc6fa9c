import type { SessionKey } from "../../billing/usage-record.ts";
import { checkBreaker } from "../../cleanup/breaker.ts";
import { intentOf } from "../../cleanup/stop-intent.ts";
import type { EntryOutcome } from "../../cleanup/stop-outcome.ts";
import type { Instant } from "../../kernel/instant.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { barrierOf } from "./stop-barrier.ts";
import { stoppedWithin } from "./stop-count.ts";
import { finishedAfterMs } from "./stop-finish.ts";
import { lookOnceMore } from "./stop-look.ts";
import type { SecondLook, StopOrder, StopPorts } from "./stop-ports.ts";
import { type Refusal, refusedBy } from "./stop-refusal.ts";
import { type Sent, sendStop } from "./stop-send.ts";

/** Each with an intent and a token of its own, and only after Get said READY to the end of the one before. */
const mostAttempts = 2;

/**
 * Stops one session of a plan, if each link of the chain says yes: the plan is in force, nothing protects the session, the switch
 * is armed, the session lives, it is still idle, and the cap is not spent. The instant of each check is the clock's, not the
 * pass's. Only then the intent is written, and only then Stop is sent. A session that lives on all the same goes through the whole
 * chain again. Throws only when `signal` is aborted while no Stop is under way.
 */
export async function stopOne(ports: StopPorts, order: StopOrder, signal: AbortSignal): Promise<EntryOutcome> {
  let failure: string | null = null;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const outcome = await attemptOf(ports, order, failure !== null, signal);
    if (outcome.kind === "refused" && failure !== null) {
      return { kind: "failed", entry: order.entry, message: `${failure} It was not tried again: ${outcome.message}` };
    }
    if (outcome.kind !== "alive") return outcome;
    failure = outcome.message;
  }
  return { kind: "failed", entry: order.entry, message: failure ?? "" };
}

/** `alive`: Stop was sent, and it is READY all the same, which is written down. */
type Attempt = EntryOutcome | { readonly kind: "alive"; readonly message: string };

async function attemptOf(
  ports: StopPorts,
  order: StopOrder,
  sentBefore: boolean,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    signal.throwIfAborted();
    const passed = await linksOf(ports, order, sentBefore, signal);
    if (passed.kind !== "passed") return passed;
    const intent = await writeIntent(ports, order, passed);
    return intent.kind === "refused" ? intent : outcomeOf(order, await sendStop(ports, intent.record, sentBefore));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return refusedBy(order, "state-unavailable", error.message);
  }
}

type Passed = { readonly kind: "passed"; readonly look: SecondLook; readonly earlier: readonly StopRecord[] };

async function linksOf(
  ports: StopPorts,
  order: StopOrder,
  hasClaim: boolean,
  signal: AbortSignal,
): Promise<Passed | EntryOutcome> {
  const { entry } = order;
  const { key } = entry;
  const barred = await barrierOf(ports, order, signal);
  if (barred !== null) return barred;
  const earlier = await ports.records.ofSession(key);
  if (earlier.some(({ state }) => state === "stopped" || state === "already-gone")) {
    return { kind: "already-gone", entry, problem: null };
  }
  if (earlier.some(({ state }) => state === "intended")) {
    const message =
      "Another run is stopping it at this moment, or was killed while it did: a pass from ten minutes after that on finds out which.";
    return refusedBy(order, "taken", message);
  }
  const look = await lookOnceMore(ports, order, signal);
  if (look.kind !== "seen") return look;
  // A look may take its time, and somebody may have changed their mind.
  const stillBarred = await barrierOf(ports, order, signal);
  if (stillBarred !== null) return stillBarred;
  if (!hasClaim && (await ports.claimStop(key, ports.clock.now())) === "spent") {
    return refusedBy(order, "cap", "As many sessions as may be stopped have been: it is left to the next pass.");
  }
  signal.throwIfAborted();
  return { kind: "passed", look: look.look, earlier };
}

/**
 * The intent counts as a stop from now on, so that of runs that are under way at once, all of which the breaker let pass, no more
 * get through than it allows.
 */
async function writeIntent(
  ports: StopPorts,
  order: StopOrder,
  { look, earlier }: Passed,
): Promise<{ readonly kind: "written"; readonly record: StopRecord } | Refusal> {
  const { plan, entry, override, limit } = order;
  const { clock, records, sha256 } = ports;
  const record = intentOf({
    plan,
    entry: { ...entry, ...look },
    override: override === null ? null : { by: override.by, reason: override.reason },
    attempt: Math.max(0, ...earlier.map(({ attempt }) => attempt)) + 1,
    now: clock.now(),
    sha256,
  });
  if ((await records.put(record)) === "stale") {
    return refusedBy(order, "taken", "Another run is stopping it at this moment.");
  }
  const written = { ...record, revision: 1 };
  const tripped = limit === null ? null : await trippedBy(records, limit, entry.key, clock.now());
  if (tripped !== null) {
    await records.put({ ...written, state: "abandoned", decidedAt: clock.now() });
    return refusedBy(order, "breaker", `Others were stopped meanwhile: ${tripped}`);
  }
  if (clock.now() - record.intendedAt >= finishedAfterMs) {
    // Others may have given it up by now.
    return refusedBy(order, "taken", "So much time passed since it was decided that it has to be decided anew.");
  }
  return { kind: "written", record: written };
}

async function trippedBy(
  records: StopPorts["records"],
  { breaker, live }: NonNullable<StopOrder["limit"]>,
  key: SessionKey,
  now: Instant,
): Promise<string | null> {
  const stopped = await stoppedWithin(records, key, breaker.windowMs, now);
  // Its own intent is among them.
  const answer = checkBreaker(breaker, { stopped: stopped === null ? null : stopped.size - 1, planned: 1, live });
  return answer.kind === "tripped" ? answer.message : null;
}

function outcomeOf({ entry }: StopOrder, sent: Sent): Attempt {
  switch (sent.kind) {
    case "stopped":
    case "already-gone":
      return { kind: sent.kind, entry, problem: sent.problem };
    case "alive":
      return { kind: "alive", message: sent.problem.message };
    case "failed":
      return { kind: "failed", entry, message: sent.problem.message };
  }
}
