import { usageColumnsOf } from "../core/billing/usage-columns.ts";
import { sessionId } from "../core/kernel/ids.ts";
import { instant } from "../core/kernel/instant.ts";
import type { UsageSource } from "../core/ports/usage-source.ts";
import { usageRecords } from "../local/fleet/usage-records.ts";
import type { World } from "../local/world.ts";

/** How many requests reads would cost of a log group: an answer holds at most a megabyte, and a record has 0.65 kB. */
export function countedUsage(usage: UsageSource): { readonly usage: UsageSource; readonly requests: () => number } {
  let requests = 0;
  const read: UsageSource["read"] = async (...asked) => {
    const reading = await usage.read(...asked);
    requests += Math.max(1, Math.ceil((reading.records * 650) / 1e6));
    return reading;
  };
  return { usage: { ...usage, read }, requests: () => requests };
}

/** Usage records straight from the world that makes them, as late as they come: a day of a thousand sessions has 40 GB of log lines. */
export const worldUsage = (world: World): UsageSource => ({
  locate: async (target, interpreter) => {
    const delivery = world.place(target.account, target.region)?.interpreters.get(interpreter)?.usageLogs ?? null;
    const problem = { code: "NoUsageLogs", message: `Interpreter ${interpreter} has no usage logs: turn them on.` };
    if (delivery === null) return { kind: "none", reason: "not-enabled", problem };
    const location = {
      kind: "log-group",
      place: interpreter,
      foundBy: "delivery",
      windows: "stamp",
      retentionMs: null,
    };
    return { kind: "found", location: { ...location } as const } as Awaited<ReturnType<UsageSource["locate"]>>;
  },
  read: async ({ target, location, from, until, session: id }, onUsage) => {
    const now = world.clock.now();
    let records = 0;
    const interpreter = world.place(target.account, target.region)?.sessions.get(location.place);
    for (const session of interpreter?.values() ?? []) {
      if (id !== null && session.id !== id) continue;
      const come = usageRecords(session, world, from, until).filter(({ ingestedAt }) => ingestedAt <= now);
      records += come.length;
      const figures = come.map(({ stampAt, ...it }) => ({ ...it, at: instant(stampAt) }));
      const key = { ...target, interpreter: location.place as never, session: sessionId(session.id) };
      await onUsage([{ key, usage: usageColumnsOf(figures) }]);
    }
    return { lines: records, records, skipped: new Map(), complete: true, approximate: null, problems: [] };
  },
});
