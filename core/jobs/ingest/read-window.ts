import { usageColumnsOf } from "../../billing/usage-columns.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import { hasGained } from "../../ledger/account-gain.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import type { UsageLocation, UsageReading, UsageRequest } from "../../ports/usage-source.ts";
import { type SessionRows, usageBuffer } from "./buffer.ts";
import { type FoldTerms, foldSession, type PlaceEdge } from "./fold.ts";
import { type IngestPass, watchedOf } from "./pass.ts";
import { changeSessions } from "./sessions.ts";
import { type ReadWindow, windowMs } from "./windows.ts";

export interface WindowReading {
  readonly reading: UsageReading;
  /** Names of the sessions that have more records than before. */
  readonly touched: readonly string[];
  /** Records of watched targets, by `targetPart`, those that are known included. */
  readonly records: ReadonlyMap<string, number>;
  /** Records of targets that are not watched. */
  readonly foreign: number;
  /** Sessions that other runs wrote each time when this one wanted to. */
  readonly contested: number;
}

/** What is read of a place. */
export interface WindowOfPlace {
  readonly location: UsageLocation;
  /** Through whose account and Region. */
  readonly reader: Target;
  readonly window: ReadWindow;
  /** Whose records of it are new: a target that shares the place may have read further. */
  readonly takes: (target: Target) => boolean;
  readonly edge: PlaceEdge;
}

/** Records stamped later than a day after now are not believed. */
const beliefMs = 24 * 3_600_000;
const noUsage = usageColumnsOf([]);

/**
 * Reads one window into the accounts of its sessions. Where it could not be read completely, what it gave is in the accounts
 * too, for a figure to see, but nothing is sealed: read again, the same records change nothing.
 */
export async function readWindow(pass: IngestPass, source: WindowOfPlace): Promise<WindowReading> {
  const { window } = source;
  const tally: FoldTally = { touched: new Set(), records: new Map(), contested: 0 };
  const flushed = new Map<string, SessionRows>();
  let foreign = 0;
  const buffer = usageBuffer((target) => watchedOf(pass, target) !== null);
  const fold = (rows: readonly SessionRows[], how: Pick<FoldTerms, "sealed" | "approximate">): Promise<void> =>
    foldRows(pass, source, rows, how, tally);
  const reading = await pass.ports.usage.read(
    requestOf(pass, source, window),
    async (batches) => {
      foreign += buffer.add(batches);
      if (buffer.size() < pass.limits.rowsHeld) return;
      const rows = buffer.take();
      for (const row of rows) flushed.set(row.name, { ...row, usage: noUsage });
      await fold(rows, { sealed: null, approximate: null });
    },
    pass.signal,
  );
  const rest = buffer.take();
  const { approximate } = reading;
  if (reading.complete) {
    const held = new Set(rest.map(({ name }) => name));
    const all = [...rest, ...[...flushed.values()].filter(({ name }) => !held.has(name))];
    await fold(all, { sealed: sealOf(window), approximate });
  } else if (window.how === "rows") {
    // Half of what is summed up is not the same records as all of it.
    await fold(rest, { sealed: null, approximate });
  }
  return { reading, foreign, ...tally, touched: [...tally.touched] };
}

/** What of a place is read, and from where to where. */
export const requestOf = (
  { now }: IngestPass,
  { reader, location, window }: WindowOfPlace,
  { from, until }: { readonly from: Instant; readonly until: Instant },
): UsageRequest => ({
  target: reader,
  location,
  from,
  until,
  how: window.how,
  session: null,
  latestAt: plusMs(now, beliefMs),
});

interface FoldTally {
  readonly touched: Set<string>;
  readonly records: Map<string, number>;
  contested: number;
}

async function foldRows(
  pass: IngestPass,
  { window, takes, edge }: WindowOfPlace,
  rows: readonly SessionRows[],
  { sealed, approximate }: Pick<FoldTerms, "sealed" | "approximate">,
  tally: FoldTally,
): Promise<void> {
  const terms: FoldTerms = {
    now: pass.now,
    prices: pass.input.prices,
    meter: pass.input.meter,
    look: window.kind,
    sealed,
    edge,
    approximate,
  };
  const own = rows.filter(({ key }) => takes(key));
  for (const { key, usage } of own) {
    const target = targetPart(key);
    tally.records.set(target, (tally.records.get(target) ?? 0) + usage.length);
  }
  const { contested } = await changeSessions(pass.ports.ledger, own, (stored, row) => {
    const facts = watchedOf(pass, row.key)?.factsOf(row.key) ?? null;
    const folded = foldSession(stored, row, facts, terms);
    if (folded !== null && hasGained(stored?.account ?? null, folded.account)) tally.touched.add(row.name);
    return folded;
  });
  tally.contested += contested;
}

/**
 * Records up to here can no longer change. Those of the window come once more where a pass is killed: so many digests as an
 * hour has are kept of them. What is beyond it, in a sparse stretch, would be rated from its source.
 */
function sealOf({ kind, from, until, after }: ReadWindow): FoldTerms["sealed"] {
  if (kind === "soon" || kind === "count") return null;
  const sealedUntil = kind === "final" ? until : after.finalUntil;
  const keptMs = kind === "final" ? Math.min(Math.max(until - from, windowMs), 4 * windowMs) : windowMs;
  return { until: sealedUntil, digestsSince: plusMs(sealedUntil, -keptMs) };
}
