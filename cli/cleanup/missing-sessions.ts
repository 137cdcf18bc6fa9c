import type { Target } from "../../core/inventory/target.ts";
import { stopsOfSession } from "../../core/jobs/sweep/explain-session.ts";
import { type Instant, instant, isoOf } from "../../core/kernel/instant.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import type { EndedBefore, StopReport } from "../../core/reporting/stop-report.ts";
import type { Stores } from "../accounts/stores.ts";
import { safeText } from "../render/safe-text.ts";
import type { StopFlags } from "./stop-flags.ts";

type Known = Pick<Stores, "registry" | "stopRecords">;

/** Where the live sessions were looked for. `unread`: why nobody knows all of them. */
export interface Looked {
  readonly targets: readonly Target[];
  readonly live: ReadonlySet<string>;
  readonly unread: StopReport["problems"];
}

export interface Missing {
  /** Those of which the state knows that they have ended: as good as stopped. */
  readonly ended: readonly EndedBefore[];
  /** Typed wrong, elsewhere, or ended while nobody watched: whoever named them is to know, and the others go on. */
  readonly problems: StopReport["problems"];
}

/** What became of the named sessions that are not live. Throws `RegistryError`. */
export async function missingSessions(stores: Known, flags: StopFlags, looked: Looked): Promise<Missing> {
  const ended: EndedBefore[] = [];
  const problems: StopReport["problems"][number][] = [];
  for (const session of flags.sessions.filter((id) => !looked.live.has(id))) {
    const known = (await byStop(stores, flags, looked, session)) ?? (await byWatch(stores, flags, looked, session));
    if (known === null) problems.push(notFound(session, flags, looked));
    else ended.push(known);
  }
  return { ended, problems };
}

async function byStop(
  { stopRecords }: Known,
  { interpreter }: StopFlags,
  { targets }: Looked,
  session: string,
): Promise<EndedBefore | null> {
  const record = (await stopsOfSession(stopRecords, targets, session)).findLast(
    ({ state, key }) =>
      (state === "stopped" || state === "already-gone") && (interpreter === null || key.interpreter === interpreter),
  );
  if (record === undefined) return null;
  const at = isoOf(record.decidedAt ?? record.intendedAt);
  return { session, interpreter: record.key.interpreter, region: record.key.region, at, message: stoppedText(record) };
}

function stoppedText({ override, entry, state, plan }: StopRecord): string {
  if (state === "already-gone") return "it had ended by itself before it was stopped";
  return override === null
    ? `it was stopped by policy ${entry.policy.id} (plan ${plan})`
    : `it was stopped by hand (${override.by}: ${override.reason})`;
}

async function byWatch(
  { registry }: Known,
  { interpreter }: StopFlags,
  { targets, unread }: Looked,
  session: string,
): Promise<EndedBefore | null> {
  const isIt = (it: SessionRecord): boolean =>
    it.session === session && (interpreter === null || it.interpreter === interpreter);
  for (const target of targets) {
    const gone = (await registry.goneSince(target, beginning)).find(isIt);
    const found = gone ?? (unread.length > 0 ? undefined : (await registry.load(target)).openSessions.find(isIt));
    if (found === undefined) continue;
    return {
      session,
      interpreter: found.interpreter,
      region: target.region,
      at: isoOf(found.goneAt ?? found.lastSeenAt),
      message:
        found.goneAt === null
          ? "`watch` saw it live until then, and it has ended since"
          : "`watch` found that it had ended",
    };
  }
  return null;
}

const beginning: Instant = instant(0);

function notFound(session: string, { interpreter }: StopFlags, { targets, unread }: Looked) {
  const named = `${safeText(session)}${interpreter === null ? "" : ` of ${safeText(interpreter)}`}`;
  const regions = [...new Set(targets.map(({ region }) => region))].join(", ");
  const message =
    unread.length > 0
      ? `session ${named} was not found, and may live all the same, where nobody could look`
      : `no live session ${named} in ${regions}: it has ended, is elsewhere (--regions, --profile), or is typed wrong`;
  return { code: "SessionNotFound", message, region: null };
}

/** One line for each. */
export const endedText = (ended: readonly EndedBefore[]): string =>
  ended.map(({ session, at, message }) => safeText(`${session} has ended (${at}): ${message}.`)).join("\n");
