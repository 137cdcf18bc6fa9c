import { joinColumns, type UsageColumns } from "../../../billing/usage-columns.ts";
import type { Span } from "../../../cleanup/evidence/evidence.ts";
import type { SessionId } from "../../../kernel/ids.ts";
import { type Instant, instant } from "../../../kernel/instant.ts";
import { mapConcurrently } from "../../../kernel/map-concurrently.ts";
import type { ReadStoppedUsage } from "../../../ports/activity.ts";
import { addRows, locateRows, type SessionRowsPorts, sessionsAtOnce } from "../evidence/session-rows.ts";

/** Of a log group each session is asked for alone, for its own time; files are read once for all of them. */
export const stoppedUsage =
  (ports: SessionRowsPorts): ReadStoppedUsage =>
  async (target, interpreter, stops, now, signal) => {
    const located = await locateRows(ports, target, interpreter, signal);
    if (located.kind === "unknown") return new Map(stops.map(({ session }) => [session, located]));
    const { location } = located;
    const groups = location.windows === "delivery" ? [stops] : stops.map((stop) => [stop]);
    const read = await mapConcurrently(groups, sessionsAtOnce, async (group) => {
      const rows = new Map<SessionId, UsageColumns[]>(group.map(({ session }) => [session, []]));
      const asked = { target, interpreter, location, now };
      const unread = await addRows(ports.usage, asked, spanOf(group), rows, signal);
      return group.map(({ session }) => {
        const known = { kind: "known", rows: joinColumns(rows.get(session) ?? []) } as const;
        return [session, unread ?? known] as const;
      });
    });
    return new Map(read.flat());
  };

function spanOf(stops: readonly { readonly window: Span }[]): Span {
  const from = stops.map(({ window }) => window.from);
  const until: readonly Instant[] = stops.map(({ window }) => window.until);
  return { from: instant(Math.min(...from)), until: instant(Math.max(...until)) };
}
