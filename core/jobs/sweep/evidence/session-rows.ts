import type { UsageColumns } from "../../../billing/usage-columns.ts";
import type { Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { Target } from "../../../inventory/target.ts";
import type { InterpreterId, SessionId } from "../../../kernel/ids.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { Located, UsageLocation, UsageSource } from "../../../ports/usage-source.ts";
import { readPlaces } from "../../ingest/place-memory.ts";

/** Requests to one log group fill each other's waits for answers; their pace is kept elsewhere. */
export const sessionsAtOnce = 4;
/** Records stamped later than a day after now are not believed. */
const beliefMs = 24 * 3_600_000;

export interface SessionRowsPorts {
  readonly usage: UsageSource;
  /** Where the accounts job remembers the places of records; asked first. */
  readonly documents: Documents;
}

export interface RowsQuestion {
  readonly target: Target;
  readonly interpreter: InterpreterId;
  readonly location: UsageLocation;
  readonly now: Instant;
}

/** Where an interpreter's records are, or why there are none. */
export async function locateRows(
  { usage, documents }: SessionRowsPorts,
  target: Target,
  interpreter: InterpreterId,
  signal: AbortSignal,
): Promise<Extract<Located, { kind: "found" }> | Unknown> {
  const remembered = (await readPlaces(documents, target)).byInterpreter.get(interpreter);
  if (remembered?.located.kind === "found") return remembered.located;
  // Whoever turned usage logs on a moment ago need not wait for the next look-up.
  const located = await usage.locate(target, interpreter, signal);
  if (located.kind === "found") return located;
  const code = located.reason === "unknown" ? "failed" : "no-usage-logs";
  return { kind: "unknown", code, message: located.problem.message };
}

/** Adds the records of a part of the time to the sessions that are asked for; why that cannot be, where it cannot. */
export async function addRows(
  usage: Pick<UsageSource, "read">,
  { target, interpreter, location, now }: RowsQuestion,
  part: Span,
  rows: ReadonlyMap<SessionId, UsageColumns[]>,
  signal: AbortSignal,
): Promise<Unknown | null> {
  const [only] = rows.keys();
  const reading = await usage.read(
    {
      target,
      location,
      from: part.from,
      // Files with records of the window may be delivered at any time after it.
      until: location.windows === "delivery" ? now : part.until,
      how: "rows",
      session: only !== undefined && rows.size === 1 ? only : null,
      latestAt: plusMs(now, beliefMs),
    },
    (batches) => {
      for (const { key, usage: columns } of batches) {
        // A place may hold records of other accounts, and ids are unique within one account and Region only.
        const isOwn = key.account === target.account && key.region === target.region && key.interpreter === interpreter;
        if (isOwn) rows.get(key.session)?.push(columns);
      }
    },
    signal,
  );
  if (!reading.complete) return unread(reading.problems[0]?.message ?? "Not all of it could be read.");
  return reading.approximate === null ? null : approximate(reading.approximate);
}

const unread = (message: string): Unknown => ({ kind: "unknown", code: "failed", message });
const approximate = (reason: string): Unknown => ({
  kind: "unknown",
  code: "approximate",
  message: `Its usage records are summed up, which can hide a second's work: ${reason}`,
});
