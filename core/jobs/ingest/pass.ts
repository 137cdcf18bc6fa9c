import type { SessionKey } from "../../billing/usage-record.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";
import type { Registry, SessionRecord } from "../../ports/registry.ts";
import type { AccountsInput, AccountsPorts } from "../accounts/ports.ts";
import type { SessionFacts } from "./fold.ts";
import type { FoundPlaces } from "./locations.ts";
import type { LedgerMarks } from "./places.ts";

export type IngestPorts = Pick<AccountsPorts, "sandboxes" | "usage" | "ledger" | "documents" | "onProgress"> & {
  readonly registry: Pick<Registry, "load" | "goneSince">;
};

/** A target whose records are read, with what is known of it before. */
export interface WatchedTarget {
  readonly target: Target;
  readonly places: FoundPlaces;
  readonly marks: LedgerMarks;
  readonly how: "rows" | "aggregated";
  readonly factsOf: (key: SessionKey) => SessionFacts | null;
}

/** How much one pass reads at most. */
export interface IngestLimits {
  /** Of all places of a target: beyond either no further window is begun. */
  readonly windowsPerTarget: number;
  readonly linesPerTarget: number;
  /** So many are read of one place before it is the turn of the next. */
  readonly windowsPerTurn: number;
  /** Far more than a window of thousands of sessions has: beyond it what is held is folded before the window ends. */
  readonly rowsHeld: number;
}

/** One pass over all targets. */
export interface IngestPass {
  readonly ports: IngestPorts;
  readonly now: Instant;
  readonly input: AccountsInput;
  readonly limits: IngestLimits;
  /** By `targetPart`. */
  readonly watched: ReadonlyMap<string, WatchedTarget>;
  readonly signal: AbortSignal;
}

export const watchedOf = ({ watched }: IngestPass, target: Target): WatchedTarget | null =>
  watched.get(targetPart(target)) ?? null;

/** A session that went longer ago has its facts in its bill already, or is new to the ledger for its records came late. */
const goneForMs = 48 * 3_600_000;

/** What the scan saw of the sessions of a target. */
export async function knownSessions(
  registry: IngestPorts["registry"],
  now: Instant,
  target: Target,
): Promise<{ readonly live: number; readonly factsOf: (key: SessionKey) => SessionFacts | null }> {
  const [{ openSessions }, gone] = await Promise.all([
    registry.load(target),
    registry.goneSince(target, plusMs(now, -goneForMs)),
  ]);
  const records = new Map([...gone, ...openSessions].map((record) => [sessionPart({ ...target, ...record }), record]));
  return {
    live: openSessions.length,
    factsOf: (key) => {
      const record = records.get(sessionPart(key));
      return record === undefined ? null : factsOfRecord(record);
    },
  };
}

const factsOfRecord = ({ name, createdAt, timeoutSeconds }: SessionRecord): SessionFacts => ({
  name,
  createdAt,
  timeoutAt: timeoutSeconds === null ? null : plusMs(createdAt, timeoutSeconds * 1000),
});
