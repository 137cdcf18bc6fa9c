import { describe, expect, it } from "vitest";
import type { Plan } from "../../core/cleanup/plan/plan.ts";
import { applyStoredPlan } from "../../core/jobs/sweep/stop/apply-stored-plan.ts";
import { stopByHand } from "../../core/jobs/sweep/stop/stop-by-hand.ts";
import { tellPlannedStops, tellStops } from "../../core/jobs/sweep/tell/tell-stops.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import { here, leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, never, sweepWorld, type World } from "./sweep-world.ts";

const override = { by: "on call", reason: "it burns", protections: false, policyUnread: null };

async function planned(...ids: string[]): Promise<{ world: World; plan: Plan }> {
  const world = await sweepWorld(
    minute(120),
    ids.map((id) => leak(id)),
  );
  const { plan } = await world.pass(inputOf({ act: false }));
  if (plan === null) throw new Error("nothing was planned");
  world.asked.length = 0;
  return { world, plan };
}

/** Hears of plans, and how much was asked of the service and written by then. */
function listener(world: World) {
  const heard: { readonly sessions: readonly string[]; readonly sent: number }[] = [];
  const onPlanned = async ({ entries }: Plan) => {
    const sent = world.asked.filter(({ op }) => op === "stop" || op === "intent").length;
    heard.push({ sessions: entries.map(({ key }) => String(key.session)), sent });
  };
  return { heard, onPlanned };
}

describe("before the first stop", () => {
  it("of a plan that is applied, those are told that may go on to the chain", async () => {
    const { world, plan } = await planned("a", "b", "c");
    const { heard, onPlanned } = listener(world);
    const entries = plan.entries.map((entry) =>
      entry.key.session === "b" ? { ...entry, createdAt: minute(1) } : entry,
    );
    const run = applyStoredPlan({ ...world.ports, onPlanned });
    const done = await run(inputOf(), world.scan(), { ...plan, entries }, never);
    expect(outcomesOf(done)).toEqual(["a stopped", "c stopped", "b refused tampered"]);
    expect(heard).toEqual([{ sessions: ["a", "c"], sent: 0 }]);
  });

  it("by hand, all are told, and nothing in a dry run", async () => {
    const { world } = await planned("a", "b");
    const { heard, onPlanned } = listener(world);
    const run = stopByHand({ ...world.ports, onPlanned });
    const { sessions } = world.scan();
    await run(world.at, inputOf({ act: false }), world.scan(), { sessions, override }, never);
    expect(heard).toEqual([]);
    await run(world.at, inputOf(), world.scan(), { sessions, override }, never);
    expect(heard).toEqual([{ sessions: ["a", "b"], sent: 0 }]);
  });
});

it("keeps for the next one what nobody waits for any more", async () => {
  const { world, plan } = await planned("a");
  const sent: OutgoingEvent[] = [];
  const ports = {
    ...world.ports,
    sendEvents: async (events: readonly OutgoingEvent[]) => {
      sent.push(...events);
      return events.map(() => ({ sent: true as const }));
    },
  };
  const enough = new AbortController();
  await tellPlannedStops(ports, plan, null, enough.signal);
  await applyStoredPlan(world.ports)(inputOf(), world.scan(), plan, never);
  enough.abort(new Error("Ctrl-C"));
  const kept = await tellStops(ports, [here], [], enough.signal);
  expect(kept.events).toMatchObject([{ result: "unsent", reason: "interrupted" }]);
  expect(sent.map(({ detailType }) => detailType)).toEqual(["Session Stop Planned"]);
  await tellStops(ports, [here], [], never);
  expect(sent.map(({ detailType }) => detailType)).toEqual(["Session Stop Planned", "Session Stopped"]);
});
