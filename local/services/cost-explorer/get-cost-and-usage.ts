import { amountText, type BillRow, billRows } from "../../bill/bill-rows.ts";
import type { Reply, Request } from "../../service.ts";
import { isIndex, isToken, readToken, writeToken } from "../page-token.ts";
import { dimensionNamed, filterOf } from "./dimensions.ts";
import { invalid, invalidNextToken, refusal, requestChanged } from "./errors.ts";
import { type Granularity, isEstimated, type Period, periodsOf, periodText } from "./periods.ts";

const metricNames = [
  "AmortizedCost",
  "BlendedCost",
  "NetAmortizedCost",
  "NetUnblendedCost",
  "NormalizedUsageAmount",
  "UnblendedCost",
  "UsageQuantity",
];

interface Asked {
  readonly TimePeriod: { readonly Start: string; readonly End: string };
  readonly Granularity: Granularity;
  readonly Metrics: readonly string[];
  readonly Filter?: unknown;
  readonly GroupBy?: readonly { readonly Type?: string; readonly Key?: string }[];
  readonly BillingViewArn?: string;
}

export function getCostAndUsage({ input, world, place, now }: Request): Reply {
  const { NextPageToken: token, ...rest } = input as unknown as Asked & { readonly NextPageToken?: string };
  const asked: Asked = rest;
  if (world.billing.refusal !== null) throw refusal(world.billing.refusal);
  const periods = periodsOf(asked.TimePeriod, asked.Granularity, now);
  checkMetrics(asked.Metrics);
  if (asked.BillingViewArn !== undefined) throw invalid("BillingViewArn: the embedded AWS has no billing views.");
  const groupings = groupingsOf(asked);
  const passes = asked.Filter === undefined ? () => true : filterOf(asked.Filter);
  const from = periods[0]?.startAt ?? now;
  const to = periods.at(-1)?.endAt ?? now;
  // The first account pays for all of them; any other sees its own.
  const rows = billRows(world, from, to, now).filter(
    (row) => (place.account === world.firstAccount || row.account === place.account) && passes(row),
  );
  const results = periods.map((period) => resultOf(period, rows, asked, groupings, now));
  const start = token === undefined ? 0 : readToken(asked, token, isIndex);
  if (start === null) throw isToken(token ?? "") ? requestChanged() : invalidNextToken();
  const end = endOfPage(results, start, world.limits.billRowsPerPage);
  return {
    body: {
      ...(asked.GroupBy === undefined ? {} : { GroupDefinitions: asked.GroupBy }),
      ResultsByTime: results.slice(start, end),
      DimensionValueAttributes: [],
      ...(end < results.length ? { NextPageToken: writeToken(asked, end) } : {}),
    },
  };
}

function resultOf(
  period: Period,
  rows: readonly BillRow[],
  asked: Asked,
  groupings: readonly ((row: BillRow) => string)[],
  now: number,
) {
  const groups = new Map<string, { readonly keys: readonly string[]; readonly rows: BillRow[] }>();
  const within = rows.filter(({ hourAt }) => hourAt >= period.startAt && hourAt < period.endAt);
  for (const row of within) {
    const keys = groupings.map((grouping) => grouping(row));
    const group = groups.get(JSON.stringify(keys)) ?? { keys, rows: [] };
    groups.set(JSON.stringify(keys), group);
    group.rows.push(row);
  }
  const isGrouped = groupings.length > 0;
  return {
    TimePeriod: periodText(period, asked.Granularity),
    Total: isGrouped ? {} : metricsOf(within, asked.Metrics),
    Groups: isGrouped
      ? [...groups.values()]
          .toSorted((a, b) => (JSON.stringify(a.keys) < JSON.stringify(b.keys) ? -1 : 1))
          .map((group) => ({ Keys: group.keys, Metrics: metricsOf(group.rows, asked.Metrics) }))
      : [],
    Estimated: isEstimated(period, now),
  };
}

function metricsOf(
  rows: readonly BillRow[],
  metrics: readonly string[],
): Record<string, { Amount: string; Unit: string }> {
  const units = new Set(rows.map(({ unit }) => unit));
  // Quantities of different units are added all the same, and then have none.
  const [unit = "N/A"] = units.size === 1 ? [...units] : [];
  return Object.fromEntries(
    metrics.map((name) => {
      if (name === "UsageQuantity")
        return [name, { Amount: amountText(sumOf(rows, (row) => row.quantity)), Unit: unit }];
      if (name === "NormalizedUsageAmount") return [name, { Amount: "0", Unit: "N/A" }];
      return [name, { Amount: amountText(sumOf(rows, (row) => row.usd)), Unit: "USD" }];
    }),
  );
}

const sumOf = (rows: readonly BillRow[], of: (row: BillRow) => bigint): bigint =>
  rows.reduce((sum, row) => sum + of(row), 0n);

function checkMetrics(metrics: readonly string[]): void {
  const unknown = metrics.find((name) => !metricNames.includes(name));
  if (metrics.length === 0) throw invalid("At least one metric is required");
  if (unknown !== undefined) throw invalid(`${unknown} is no metric (known: ${metricNames.join(", ")})`);
}

function groupingsOf({ GroupBy: groups = [] }: Asked): readonly ((row: BillRow) => string)[] {
  if (groups.length > 2) throw invalid("You can group by up to two keys");
  return groups.map(({ Type: type, Key: key }) => {
    if (type !== "DIMENSION") throw invalid(`GroupBy: the embedded AWS groups by DIMENSION only, not by ${type}`);
    return dimensionNamed(key);
  });
}

/** Whole periods, as many as have no more rows than a page holds; at least one. */
function endOfPage(
  results: readonly { readonly Groups: readonly unknown[] }[],
  start: number,
  rowsPerPage: number,
): number {
  let rows = 0;
  let end = start;
  while (end < results.length) {
    rows += Math.max(1, results[end]?.Groups.length ?? 0);
    if (rows > rowsPerPage && end > start) return end;
    end++;
  }
  return end;
}
