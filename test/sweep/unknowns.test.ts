import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceOfCalls, evidenceOfMinutes } from "../../core/cleanup/evidence/call-evidence.ts";
import type { CallEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { SessionId } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { type Life, leak, minute, worksWithin } from "./lives.ts";
import { inputOf, policy, sweepWorld, type World } from "./sweep-world.ts";

const minuteMs = 60_000;
const idleAfterMs = 15 * minuteMs;

interface Setting {
  readonly usage: World["usage"];
  /** How the metric counts calls in truth, and what Sandmeter is told of that. */
  readonly stamp: "start" | "completion";
  readonly told: boolean;
  readonly lag: number;
  readonly logs: "off" | "on" | "differ";
}

/** The world's calls, counted and logged as the setting has it: a metric two minutes late, logs when a call is complete. */
function portsOf(world: World, { stamp, logs }: Setting): World["ports"] {
  const lives = (): readonly Life[] => [...world.lives.values()];
  return {
    ...world.ports,
    readInterpreterCalls: async (_target, tools, window, asked, now) => {
      const counts = new Map<number, number>();
      for (const { from, until } of lives().flatMap(({ calls }) => calls)) {
        const at = stamp === "start" ? from : until;
        const minuteAt = Math.floor(at / minuteMs) * minuteMs;
        if (at > world.at || minuteAt < window.from || minuteAt + 3 * minuteMs > world.at) continue;
        counts.set(minuteAt, (counts.get(minuteAt) ?? 0) + 1);
      }
      const minutes = [...counts].map(([at, count]) => ({ minuteAt: instant(at), count }));
      const completeUntil = plusMs(now, -5 * minuteMs);
      const reading = { asOf: now, of: "interpreter", window, completeUntil, stamp: asked } as const;
      return new Map(tools.map(({ id }) => [id, evidenceOfMinutes(minutes, reading)]));
    },
    readSessionCalls: async (_target, _tool, ids, window, _stamp, now) => {
      const completeUntil = plusMs(now, -5 * minuteMs);
      const reading = { asOf: now, of: "session", window, completeUntil, stamp: "completion" } as const;
      const of = (id: SessionId): CallEvidence | Unknown => {
        if (logs !== "on") {
          const code = logs === "off" ? ("no-call-logs" as const) : ("call-logs-differ" as const);
          return { kind: "unknown", code, message: "Its calls are not known." };
        }
        const done = (world.lives.get(id)?.calls ?? []).filter(({ until }) => until <= world.at);
        return evidenceOfCalls(
          done.map(({ from, until }) => ({ startAt: from, endAt: until })),
          reading,
        );
      };
      return new Map(ids.map((id) => [id, of(id)] as const));
    },
  };
}

const settings: readonly Setting[] = (["streaming", "at-teardown", "off"] as const).flatMap((usage) =>
  (["start", "completion"] as const).flatMap((stamp) =>
    [true, false].flatMap((told) =>
      [1, 17, 60].flatMap((lag) =>
        (["off", "on", "differ"] as const).map((logs) => ({ usage, stamp, told, lag, logs })),
      ),
    ),
  ),
);

const anyStretch = (longest: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 1, max: longest }))
    .map(([from, took]) => ({ from: minute(from), until: minute(from + took) }));
/** Work is under a call, or goes on by itself; a call may last a quarter of an hour, and need no CPU. */
const anyLives = fc.array(
  fc.record({ busy: fc.array(anyStretch(60), { maxLength: 2 }), calls: fc.array(anyStretch(15), { maxLength: 2 }) }),
  { minLength: 1, maxLength: 3 },
);

describe("both settings of each unknown, over random fleets", () => {
  const seen = { stopped: 0, kept: 0 };
  it.each(settings)(
    "usage $usage, calls counted at $stamp (told: $told), records $lag minutes late, logs of calls $logs",
    async (setting) => {
      await fc.assert(
        fc.asyncProperty(anyLives, async (shapes) => {
          const lives = shapes.map((it, n) => leak(`s${n}`, it));
          const world = await sweepWorld(minute(30), lives);
          Object.assign(world, { usage: setting.usage, lagMs: setting.lag * minuteMs });
          const invocationStamp = setting.told ? setting.stamp : ("unknown" as const);
          const input = inputOf({ invocationStamp }, { policies: [policy({ idleAfterMs })], invocationStamp });
          const ports = portsOf(world, setting);
          for (let m = 30; m <= 390; m += 20) {
            world.at = minute(m);
            await world.pass(input, ports);
          }
          // By their own horizons, which may lie further back than records do.
          holdLaws(world, null);
          await holdOutcomes(world);
          for (const [id, at] of world.stopped) {
            const life = world.lives.get(id);
            const [record] = await world.recordsOf(id);
            const horizon = record?.entry.decision.horizon ?? null;
            if (life === undefined || horizon === null) throw new Error(id);
            // Where records are a minute late, calls are what is not known up to the stop: then one may be in flight, and is a race.
            expect(worksWithin(life, { from: plusMs(horizon, -idleAfterMs), until: horizon })).toBe(false);
            expect(horizon).toBeLessThanOrEqual(at);
          }
          if (setting.usage !== "streaming") expect(world.stopped.size).toBe(0);
          // All had ceased by minute 300: nothing hides that any more where records come.
          else expect(world.stopped.size).toBe(lives.length);
          seen.stopped += world.stopped.size;
          seen.kept += lives.length - world.stopped.size;
        }),
        { numRuns: 25 },
      );
    },
  );

  it("stop some, and keep others", () => {
    expect(settings).toHaveLength(108);
    expect(Math.min(seen.stopped, seen.kept)).toBeGreaterThan(100);
  });
});
