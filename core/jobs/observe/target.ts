import { type BoundedCost, boundedCost } from "../../billing/bounded-cost.ts";
import { advanceHealth } from "../../inventory/scan-health.ts";
import { type Target, targetKey } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import { plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { TargetRecord } from "../../ports/registry.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import { blindMetricsOf, metricsOf } from "../../reporting/target-metrics.ts";
import type { TargetScan } from "../scan/outcome.ts";
import { advanceAlerts } from "./alerts.ts";
import { healthEvent } from "./events.ts";
import { deliver, dropOldest, keepLatest } from "./outbox.ts";
import type { EventDelivery, TargetPass } from "./outcome.ts";
import type { ObserveInput, ObservePorts } from "./ports.ts";
import { knownTimeoutsOf, recordSessions } from "./sessions.ts";

/** One pass over one target: what earlier passes left unsent, then scan, record, and tell what is new. */
export async function observeTarget(
  ports: ObservePorts,
  now: Instant,
  input: ObserveInput,
  target: Target,
  signal: AbortSignal,
): Promise<TargetPass> {
  const started = ports.readEffort(target);
  // Claims on events end at an instant, and a pass may take minutes: they are made at the time it has become.
  const present = (): Instant => plusMs(now, ports.readEffort(target).wallMs - started.wallMs);
  let events: readonly EventDelivery[] = [];
  let scanned: TargetScan | null = null;
  try {
    const before = await ports.registry.load(target);
    if (input.publish) events = await deliver(ports, target, present(), signal);
    scanned = await scanOne(ports, now, input, target, before, signal);
    const waiting = before.unsentEvents.filter(
      (event) => !events.some((it) => it.event.id === event.id && it.result === "sent"),
    );
    const pass = await record(ports, now, input, { ...before, unsentEvents: waiting }, scanned, started);
    if (pass.state === "stale") return { ...pass, events };
    const told = input.publish ? await deliver(ports, target, present(), signal) : pass.events;
    return { ...pass, events: [...events, ...told] };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return blind(target, now, events, scanned, error);
  }
}

async function scanOne(
  ports: ObservePorts,
  now: Instant,
  input: ObserveInput,
  target: Target,
  before: TargetRecord,
  signal: AbortSignal,
): Promise<TargetScan> {
  const knownTimeout = knownTimeoutsOf(before.openSessions);
  const outcome = await ports.scan(
    now,
    {
      targets: [target],
      prices: input.prices,
      gb: input.gb,
      thresholds: input.rule.thresholds,
      limitOverrides: input.limitOverrides,
      notEnabled: input.notEnabled,
      interpreter: null,
      lookUp: {
        sessions: true,
        interpreters: false,
        ...(input.lookUpsAtMost === undefined ? {} : { sessionsAtMost: input.lookUpsAtMost }),
      },
      knownTimeout: (_target, interpreter, session) => knownTimeout(interpreter, session),
      notes: [],
    },
    signal,
  );
  const [scan] = outcome.targets;
  if (scan === undefined) throw new RangeError(`the scan of ${targetKey(target)} has no result`);
  return scan;
}

/** Commits what the pass found. The events in the result are what was added to the outbox. */
async function record(
  ports: ObservePorts,
  now: Instant,
  input: ObserveInput,
  before: TargetRecord,
  scan: TargetScan,
  started: ReturnType<ObservePorts["readEffort"]>,
): Promise<TargetPass> {
  const { target } = scan;
  const costBetween = (createdAt: Instant, endedAt: Instant): BoundedCost =>
    boundedCost({
      region: target.region,
      createdAt,
      endedAt,
      asOf: now,
      size: ports.kind.size,
      prices: input.prices,
      gb: input.gb,
    });
  const sessions = recordSessions(now, before.openSessions, scan, costBetween, input.rememberSeenEveryMs);
  const { alerts, events: pressureEvents } = advanceAlerts(now, before.alerts, scan, input.rule);
  const { health, transition } = advanceHealth(before.health, now, scan.status === "skipped" ? "ok" : scan.status);
  const newEvents = [...pressureEvents, ...(transition === null ? [] : [healthEvent(now, scan, transition)])];
  const unsent = input.publish ? before.unsentEvents : await keepLatest(ports, target, before.unsentEvents, newEvents);
  const problems = await dropOldest(ports, target, unsent, newEvents.length);
  const change = { at: now, sessions: sessions.changed, alerts, health, newEvents };
  const state = await ports.registry.commit(target, before.revision, change);
  const ended = ports.readEffort(target);
  const metrics = metricsOf({
    now,
    scan,
    hourly: costBetween(now, plusMs(now, 3_600_000)),
    started: before.revision === 0 ? null : sessions.started,
    ended: sessions.ended.length,
    durationMs: ended.wallMs - started.wallMs,
    apiAttempts:
      ended.apiAttempts === null || started.apiAttempts === null ? null : ended.apiAttempts - started.apiAttempts,
  });
  const common = { target, scan, started: sessions.started, ended: sessions.ended, alerts, health, problems };
  if (state === "stale") return { ...common, state, metrics: [], events: [] };
  const withheld = newEvents.map((event) => ({ event, result: "withheld" as const, reason: null }));
  return { ...common, state, metrics, events: withheld };
}

function blind(
  target: Target,
  now: Instant,
  events: readonly EventDelivery[],
  scan: TargetScan | null,
  error: RegistryError,
): TargetPass {
  const problem: Problem = { code: "StateUnavailable", message: error.message };
  const nothing = { started: 0, ended: [], alerts: [], health: null };
  const metrics = blindMetricsOf(target, now);
  return { ...nothing, target, state: "failed", scan, metrics, events, problems: [problem] };
}
