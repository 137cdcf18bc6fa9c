import {
  disarmedEvent,
  type NotDisarmed,
  notDisarmedEvent,
  policyDisarmedEvent,
  protectionLapsingEvent,
  refusedEvent,
  regrettedEvent,
  runawayEvent,
  stopPlannedEvent,
} from "../../../cleanup/cleanup-events.ts";
import type { PlanEntry } from "../../../cleanup/plan/plan.ts";
import { lapsingProtections } from "../../../cleanup/policy/protections.ts";
import { type PolicyRegret, workedRegret } from "../../../cleanup/regret/regret.ts";
import { asTheyAct } from "../../../cleanup/regret/verdict.ts";
import type { SwitchStanding } from "../../../cleanup/stop/switch-standing.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { OutgoingEvent } from "../../../ports/events.ts";
import type { KillSwitch } from "../../../ports/kill-switch.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord } from "../../../ports/stops.ts";
import { withProtections } from "../stop/read-in-force.ts";
import type { SweepPassInput, SweepPassPorts, SweptPass } from "../sweep-pass-ports.ts";
import type { SweepInput } from "../sweep-ports.ts";
import { newsMs, stopEvents } from "./stop-events.ts";

const hourMs = 3_600_000;
/** Protections that persons make last for hours. */
const warnBeforeMs = hourMs;

type PassInput = SweepPassInput & Pick<SweepInput, "barred">;

interface PassFacts extends Pick<SwitchStanding, "barred" | "policies"> {
  readonly killSwitch: KillSwitch;
  readonly notDisarmed: NotDisarmed | null;
  readonly regrets: PolicyRegret["regrets"];
  /** Whoever armed the switch since, and whatever the policy's rate: these are told. */
  readonly wrongStops: readonly StopRecord[];
  readonly targets: readonly SweptPass[];
}

/**
 * All that there is to tell after a pass, also what was told before: each happening has an id. What was stopped is told by its records, so
 * that a run which was killed right after a stop leaves it to the next one.
 */
export async function happenings(
  ports: SweepPassPorts,
  now: Instant,
  input: PassInput,
  facts: PassFacts,
): Promise<{ readonly events: readonly OutgoingEvent[]; readonly problems: readonly Problem[] }> {
  const { killSwitch, notDisarmed, wrongStops, targets } = facts;
  const wrong = wrongStops.flatMap((stop) => workedRegret(stop) ?? []);
  const regrets = [...wrong, ...facts.regrets.filter(({ how }) => how !== "worked")];
  const ofPass = [
    ...targets.flatMap((target) => eventsOf(now, input, target)),
    ...regrets.map((regret) => regrettedEvent(now, regret)),
    ...disarmed(now, killSwitch),
    ...disarmedPolicies(now, facts),
    ...(notDisarmed === null ? [] : [notDisarmedEvent(now, notDisarmed)]),
  ];
  try {
    const stops = await stopEvents(
      ports,
      targets.map(({ target }) => target),
      now,
    );
    const { protections } = await withProtections(ports, input.policies);
    const lapsing = lapsingProtections(protections, now, warnBeforeMs).flatMap(({ until, ...it }) =>
      until === null ? [] : protectionLapsingEvent(now, { ...it, until }),
    );
    return { events: [...ofPass, ...stops, ...lapsing], problems: [] };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { events: ofPass, problems: [{ code: "StateUnavailable", message: error.message }] };
  }
}

/** Of a plan: null where it only shows what would be. */
export function plannedEvents(
  now: Instant,
  { policies, barred }: Pick<SweepInput, "policies" | "barred">,
  plan: string | null,
  planned: readonly PlanEntry[],
): readonly OutgoingEvent[] {
  const enforced = new Set(
    asTheyAct(policies.policies, barred)
      .filter(({ mode }) => mode === "enforce")
      .map(({ id }) => id),
  );
  return planned.map((entry) => stopPlannedEvent(now, plan, entry, plan !== null && enforced.has(entry.policy.id)));
}

function eventsOf(
  now: Instant,
  input: PassInput,
  { runaways, plan, planned, outcomes }: SweptPass,
): readonly OutgoingEvent[] {
  return [
    ...plannedEvents(now, input, plan, planned),
    ...[refusedEvent(now, outcomes)].flatMap((event) => event ?? []),
    ...runaways.found.map(({ facts, runaway }) => runawayEvent(now, facts, runaway)),
  ];
}

/** Where all stopping has ended, that is told instead. */
const disarmedPolicies = (now: Instant, { killSwitch, barred, policies }: PassFacts): readonly OutgoingEvent[] =>
  killSwitch.state === "armed" && barred === null
    ? policies.filter(({ at }) => now - at < newsMs).map((policy) => policyDisarmedEvent(now, policy))
    : [];

/** Only where somebody did it lately: one that was never armed is no news. */
const disarmed = (now: Instant, position: KillSwitch): readonly OutgoingEvent[] =>
  position.state === "disarmed" && position.at !== null && now - position.at < newsMs
    ? [disarmedEvent(now, position)]
    : [];
