import type {
  HistoryColumn,
  HistoryColumns,
  HistoryRow,
  SupersededColumns,
  SupersededRow,
} from "../../core/ports/history-row.ts";
import type { TableColumns, TableSchema } from "./column-kinds.ts";

/** Columns of history in the order of its files. A mark of interrogation: may be null. */
export const historySchema: TableSchema<HistoryColumn> = {
  BilledCost: "money?",
  EffectiveCost: "money?",
  BillingCurrency: "text",
  ChargePeriodStart: "instant",
  ChargePeriodEnd: "instant",
  SubAccountId: "text",
  RegionId: "text",
  ResourceId: "text",
  ResourceName: "text?",
  SkuMeter: "text?",
  ConsumedQuantity: "money?",
  ConsumedUnit: "text?",
  ListUnitPrice: "money?",
  x_Interpreter: "text",
  x_CostBasis: "text",
  x_Approximate: "text?",
  x_Version: "count",
  x_PriceStartsAt: "instant?",
  x_BillingRule: "text?",
  x_Usage: "bigint",
  x_IdleUsage: "bigint?",
  x_LoggedUsage: "bigint?",
  x_PeakTaxUsage: "bigint?",
  x_Records: "count",
  x_MeteredMs: "whole",
  x_CreatedAt: "instant?",
  x_EndedAt: "instant?",
  x_EndSource: "text?",
  x_GapMs: "whole",
  x_Duplicates: "count",
  x_LateUnverifiable: "count",
  x_PeakBytes: "whole?",
  x_LowUsd: "money?",
  x_HighUsd: "money?",
  x_AsOf: "instant",
  x_Final: "flag",
  x_Charges: "count",
  x_FirstHourAt: "instant",
  x_LastHourAt: "instant",
  x_BytesPerGb: "whole?",
  x_WrittenAt: "instant?",
};

export const historyTable = { table: "history", schema: historySchema } as const;

type SupersededColumn = keyof SupersededRow;

/** Columns of the audit of replaced rows. */
export const supersededSchema: TableSchema<SupersededColumn> = { ...historySchema, x_SupersededAt: "instant?" };
export const supersededTable = { table: "audit/superseded", schema: supersededSchema } as const;
export const supersededColumnNames = Object.keys(supersededSchema) as readonly SupersededColumn[];

export const historyColumnNames = Object.keys(historySchema) as readonly HistoryColumn[];

export const tableOfRows = (rows: readonly HistoryRow[]): TableColumns => ({
  rows: rows.length,
  columns: Object.fromEntries(historyColumnNames.map((name) => [name, rows.map((row) => row[name])])),
});

/** What the reader gives for the columns of this schema. */
export const historyColumnsOf = <C extends HistoryColumn>(table: TableColumns): HistoryColumns<C> =>
  table as unknown as HistoryColumns<C>;

/** The same of the audit. */
export const supersededColumnsOf = (table: TableColumns): SupersededColumns => table as unknown as SupersededColumns;

/** One after another, so that a row group does not become as many objects at once. */
export function* rowsOfTable({ rows, columns }: HistoryColumns<HistoryColumn>): Generator<HistoryRow> {
  for (let row = 0; row < rows; row += 1) {
    const values: Partial<Record<HistoryColumn, unknown>> = {};
    for (const name of historyColumnNames) values[name] = columns[name][row] ?? null;
    yield values as HistoryRow;
  }
}
