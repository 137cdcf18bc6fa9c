import { type Instant, plusMs } from "../kernel/instant.ts";
import type { SupersededColumns } from "../ports/history-row.ts";
import type { History } from "../ports/ledger.ts";
import { type AsOfColumns, asOfColumns, type HistoryWindow } from "./cost-history.ts";

/** History as it stood at an instant. */
export interface HistoryAsOf {
  /** Whether rows that history has now were there then. To be asked of all of them before `replaced`. */
  readonly counts: HistoryWindow["counts"];
  /** Rows that were there then and are not now; those of a session and day stand together. */
  readonly replaced: () => { readonly rows: number; readonly columns: AsOfColumns };
}

/**
 * Finds what was there `at` an instant by when each row was written and replaced, which is not when its bill was made: a writer
 * may have been killed in between. What is replaced after an instant is kept in memory, which is what was restated since.
 */
export async function historyAsOf(
  history: Pick<History, "superseded">,
  { at, now, within }: { readonly at: Instant; readonly now: Instant; readonly within: (hourAt: Instant) => boolean },
  signal: AbortSignal,
): Promise<HistoryAsOf> {
  const stretches = new Map<string, Stretch>();
  // A writer's clock may be ahead of this one.
  for await (const table of history.superseded(plusMs(at, 1), plusMs(now, 86_400_000))) {
    signal.throwIfAborted();
    for (const row of rowsThen(table, at)) if (within(row.values["ChargePeriodStart"] as Instant)) keep(stretches, row);
  }
  return {
    counts: (session, { asOf, writtenAt, hourAt }) => {
      if ((writtenAt ?? asOf) > at) return false;
      // Of a writer that was killed before it replaced them, or raced with another one.
      if (stretches.size > 0) stretches.delete(nameOf(session, hourAt));
      return true;
    },
    replaced: () => {
      const rows = [...stretches.values()].flatMap((stretch) => [...stretch.rows.values()]);
      const columns = asOfColumns.map((name) => [name, rows.map((row) => row[name])]);
      return { rows: rows.length, columns: Object.fromEntries(columns) as unknown as AsOfColumns };
    },
  };
}

type RowValues = Readonly<Record<string, unknown>>;

interface ReplacedRow {
  readonly stretch: string;
  readonly version: number;
  /** Tells it from others of its stretch. */
  readonly name: string;
  readonly values: RowValues;
}

/** Rows of one session and day. */
interface Stretch {
  readonly version: number;
  readonly rows: Map<string, RowValues>;
}

/** Those of what was replaced since that were written by then. */
function* rowsThen({ rows, columns }: SupersededColumns, at: Instant): Generator<ReplacedRow> {
  for (let row = 0; row < rows; row += 1) {
    const writtenAt = columns.x_WrittenAt[row] ?? columns.x_AsOf[row] ?? at;
    const hourAt = columns.ChargePeriodStart[row];
    if (hourAt === undefined || writtenAt > at) continue;
    const session = {
      account: columns.SubAccountId[row],
      region: columns.RegionId[row],
      interpreter: columns.x_Interpreter[row],
      session: columns.ResourceId[row],
    };
    yield {
      stretch: nameOf(session, hourAt),
      version: columns.x_Version[row] ?? 0,
      name: JSON.stringify([hourAt, columns.x_PriceStartsAt[row], columns.SkuMeter[row]]),
      values: Object.fromEntries(asOfColumns.map((name) => [name, columns[name][row] ?? null])),
    };
  }
}

/** A stretch that was replaced twice since is here twice, and the same row may be: the later version was there then. */
function keep(stretches: Map<string, Stretch>, { stretch, version, name, values }: ReplacedRow): void {
  const known = stretches.get(stretch);
  if (known !== undefined && known.version > version) return;
  const kept = known?.version === version ? known : { version, rows: new Map<string, RowValues>() };
  kept.rows.set(name, values);
  stretches.set(stretch, kept);
}

interface SessionName {
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly interpreter: string | undefined;
  readonly session: string | undefined;
}

const nameOf = ({ account, region, interpreter, session }: SessionName, hourAt: Instant): string =>
  JSON.stringify([account, region, interpreter, session, Math.floor(hourAt / 86_400_000)]);
