import type { Region } from "../kernel/ids.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import { compareUsd, parseUsd } from "../kernel/money.ts";
import { type PriceBook, periodAt, periodsOf, priceBookOf } from "./price-book.ts";
import { layerPrices } from "./price-layers.ts";
import type { BillingRule, PriceRow } from "./price-row.ts";

/** One price of a published price list. */
export interface ListPrice {
  readonly region: Region;
  readonly meter: "vcpu" | "memory";
  readonly startsAt: Instant;
  /** A decimal string of US dollars for a vCPU-hour or a GB-hour. */
  readonly usd: string;
}

/** `added`: a start that the Region had no row for. `replaced`: one that it had, at other rates or another rule. */
export interface ImportedRow {
  readonly row: PriceRow;
  readonly change: "added" | "replaced" | "unchanged";
  readonly ruleFrom: "asked" | "row-before";
  /** What was in force at its start until now; null where the Region had no price then. */
  readonly before: PriceRow | null;
  /** Start of the first known row after it; what was charged until then changes. Null where it is the latest. */
  readonly overtakenAt: Instant | null;
}

export interface PriceImport {
  /** By Region, then start. */
  readonly rows: readonly ImportedRow[];
  readonly problems: readonly string[];
}

/**
 * Pairs the vCPU and memory prices of each Region. A list names a price from its start on, so at each start the other
 * meter's price is the latest that began by then; a start at which the other has none is a problem, and no row. A list says
 * nothing of the memory rule: it is the one asked for, or that of the row before.
 */
export function importPrices(
  list: readonly ListPrice[],
  known: readonly PriceRow[],
  rule: BillingRule | null,
  source: string,
): PriceImport {
  const problems: string[] = [];
  const rows: ImportedRow[] = [];
  const book = priceBookOf(known);
  const regions = [...Map.groupBy(list, (price) => price.region)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [region, prices] of regions) {
    let current = book;
    for (const pair of pairsOf(region, prices, problems)) {
      const before = periodAt(current, region, pair.startsAt)?.row ?? null;
      const chosen = rule ?? before?.rule ?? null;
      if (chosen === null) {
        problems.push(
          `${region}: no row before ${isoOf(pair.startsAt)} says which memory rule holds: name it with --rule`,
        );
        continue;
      }
      const row: PriceRow = { ...pair, region, rule: chosen, source };
      const imported = importedRow(row, before, book, rule === null ? "row-before" : "asked");
      rows.push(imported);
      // What this list says is before what it says of later starts.
      if (imported.change !== "unchanged") current = withRow(current, region, row);
    }
  }
  return { rows, problems };
}

interface Pair {
  readonly startsAt: Instant;
  readonly usdPerVcpuHour: string;
  readonly usdPerGbHour: string;
}

function pairsOf(region: Region, prices: readonly ListPrice[], problems: string[]): readonly Pair[] {
  const starts = [...new Set(prices.map((price) => price.startsAt))].sort((a, b) => a - b);
  const ambiguous = starts.filter((at) =>
    (["vcpu", "memory"] as const).some(
      (meter) =>
        new Set(prices.filter((it) => it.meter === meter && it.startsAt === at).map((it) => plain(it.usd))).size > 1,
    ),
  );
  for (const at of ambiguous) problems.push(`${region}: two different prices of one meter start at ${isoOf(at)}`);
  if (ambiguous.length > 0) return [];
  const latest = (meter: ListPrice["meter"], at: Instant): ListPrice | undefined =>
    prices
      .filter((price) => price.meter === meter && price.startsAt <= at)
      .reduce<ListPrice | undefined>(
        (best, price) => (best === undefined || price.startsAt > best.startsAt ? price : best),
        undefined,
      );
  return starts.flatMap((startsAt) => {
    const vcpu = latest("vcpu", startsAt);
    const memory = latest("memory", startsAt);
    if (vcpu === undefined || memory === undefined) {
      const [has, lacks] = vcpu === undefined ? ["memory", "vCPU"] : ["vCPU", "memory"];
      problems.push(
        `${region}: the list has a price of ${has} from ${isoOf(startsAt)} on, and none of ${lacks} by then`,
      );
      return [];
    }
    return [{ startsAt, usdPerVcpuHour: plain(vcpu.usd), usdPerGbHour: plain(memory.usd) }];
  });
}

function importedRow(
  row: PriceRow,
  before: PriceRow | null,
  book: PriceBook,
  ruleFrom: ImportedRow["ruleFrom"],
): ImportedRow {
  const same = before !== null && sameTerms(before, row);
  const sameStart = before !== null && before.region === row.region && before.startsAt === row.startsAt;
  return {
    row,
    change: same ? "unchanged" : sameStart ? "replaced" : "added",
    ruleFrom,
    before,
    overtakenAt: periodsOf(book, row.region).find((period) => period.startsAt > row.startsAt)?.startsAt ?? null,
  };
}

const sameTerms = (a: PriceRow, b: PriceRow): boolean =>
  a.rule === b.rule &&
  compareUsd(parseUsd(a.usdPerVcpuHour), parseUsd(b.usdPerVcpuHour)) === 0 &&
  compareUsd(parseUsd(a.usdPerGbHour), parseUsd(b.usdPerGbHour)) === 0;

function withRow(book: PriceBook, region: Region, row: PriceRow): PriceBook {
  const rows = periodsOf(book, region).map((period) => ({ ...period.row, region }));
  const layered = layerPrices([
    { origin: "", rows },
    { origin: "", rows: [row] },
  ]);
  return new Map([...book, ...priceBookOf(layered)]);
}

/** `0.0895000000` is `0.0895`: price lists write ten decimals. */
const plain = (decimal: string): string => (decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal);
