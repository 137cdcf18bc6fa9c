import { knownPeak, type PeakFacts, peakFactsOf } from "../cleanup/savings/known-peak.ts";
import type { KnownPeak } from "../cleanup/savings/savings.ts";
import { accountId, interpreterId, region, sessionId } from "../kernel/ids.ts";
import { plusMs } from "../kernel/instant.ts";
import type { CostBasis } from "../ledger/charge.ts";
import type { HistoryColumn, HistoryColumns } from "../ports/history-row.ts";
import type { History, Ledger } from "../ports/ledger.ts";
import type { StopRecord } from "../ports/stops.ts";
import { sessionName } from "./focus-unclosed.ts";

export interface PeakSource {
  readonly ledger: Pick<Ledger, "sessions">;
  readonly history: Pick<History, "columns">;
}

/** No session lives longer. */
const lifeMs = 24 * 3_600_000;

const columns = [
  "SubAccountId",
  "RegionId",
  "ResourceId",
  "SkuMeter",
  "x_Interpreter",
  "x_CostBasis",
  "x_Approximate",
  "x_MeteredMs",
  "x_LateUnverifiable",
  "x_PeakBytes",
  "x_Final",
] as const satisfies readonly HistoryColumn[];

/** What bills say of the memory of stopped sessions: the ledger's, and history's of those that the ledger has forgotten. */
export async function stopPeaks(
  { ledger, history }: PeakSource,
  stops: readonly StopRecord[],
  signal: AbortSignal,
): Promise<(stop: StopRecord) => KnownPeak | null> {
  const found = new Map<string, PeakFacts>();
  const stored = await ledger.sessions(stops.map(({ key }) => key));
  for (const session of stored) {
    if (session !== null) found.set(sessionName(session.bill), peakFactsOf(session.bill));
  }
  const missing = stops.filter(({ key }) => !found.has(sessionName(key)));
  const [first] = missing;
  if (first !== undefined) {
    const wanted = new Set(missing.map(({ key }) => sessionName(key)));
    const at = missing.map(({ intendedAt }) => intendedAt);
    const from = plusMs(
      at.reduce((a, b) => (a < b ? a : b), first.intendedAt),
      -lifeMs,
    );
    const until = plusMs(
      at.reduce((a, b) => (a > b ? a : b), first.intendedAt),
      lifeMs,
    );
    for await (const stretch of history.columns(from, until, columns)) {
      signal.throwIfAborted();
      addRows(found, wanted, stretch);
    }
  }
  return (stop) => {
    const facts = found.get(sessionName(stop.key));
    return facts === undefined ? null : knownPeak(facts, stop);
  };
}

/** A charge has a row for each of its meters; those of a session may be in several days. */
function addRows(
  found: Map<string, PeakFacts>,
  wanted: ReadonlySet<string>,
  { rows, columns: own }: HistoryColumns<(typeof columns)[number]>,
): void {
  for (let row = 0; row < rows; row += 1) {
    if (own.SkuMeter[row] !== "Memory") continue;
    const name = sessionName({
      account: accountId(own.SubAccountId[row] ?? ""),
      region: region(own.RegionId[row] ?? ""),
      interpreter: interpreterId(own.x_Interpreter[row] ?? ""),
      session: sessionId(own.ResourceId[row] ?? ""),
    });
    if (!wanted.has(name)) continue;
    found.set(name, {
      basis: (own.x_CostBasis[row] ?? "bounded") as Exclude<CostBasis, "logged">,
      approximate: own.x_Approximate[row] ?? null,
      peakBytes: own.x_PeakBytes[row] ?? null,
      lateUnverifiable: own.x_LateUnverifiable[row] ?? 0,
      final: own.x_Final[row] ?? false,
      meteredMs: (found.get(name)?.meteredMs ?? 0) + (own.x_MeteredMs[row] ?? 0),
    });
  }
}
