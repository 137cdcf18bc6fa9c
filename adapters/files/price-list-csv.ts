import { parseCsv } from "./csv.ts";
import { PriceListError, type PriceListHead, type PriceListLine, type PriceListText } from "./price-list-line.ts";

/** The CSV form: five lines about the file, the names of the columns, and a line for each price. */
export function csvPriceList(text: string): PriceListText {
  const records = parseCsv(text);
  const names = records.findIndex((record) => record[0] === "SKU");
  if (names < 0) throw new PriceListError("it is no price list: neither JSON nor a CSV file with a column SKU");
  const head = new Map(records.slice(0, names).map(([name = "", value = ""]) => [name, value]));
  const columns = new Map((records[names] ?? []).map((name, index) => [name.toLowerCase().replaceAll(" ", ""), index]));
  const missing = needed.filter((name) => !columns.has(name.toLowerCase().replaceAll(" ", "")));
  if (missing.length > 0) throw new PriceListError(`its columns lack ${missing.join(", ")}`);
  const lines = records
    .slice(names + 1)
    .map((record) => (name: string) => record[columns.get(name.toLowerCase()) ?? -1] ?? "")
    .filter((field) => field("termType") === "OnDemand")
    .map(lineOf);
  const tiers = Map.groupBy(lines, (line) => `${line.sku}\n${line.effectiveDate}`);
  return {
    head: headOf(head),
    lines: lines.map((line) => ({ ...line, tiers: tiers.get(`${line.sku}\n${line.effectiveDate}`)?.length ?? 1 })),
  };
}

const needed = ["SKU", "TermType", "EffectiveDate", "Unit", "PricePerUnit", "Currency", "usageType"];

const headOf = (head: ReadonlyMap<string, string>): PriceListHead => ({
  offerCode: head.get("OfferCode") ?? "",
  version: head.get("Version") ?? "",
  publicationDate: head.get("Publication Date") ?? "",
});

const lineOf = (field: (name: string) => string): PriceListLine => ({
  sku: field("sku"),
  usageType: field("usageType"),
  regionCode: field("regionCode") || null,
  effectiveDate: field("effectiveDate"),
  unit: field("unit"),
  usd: field("currency") === "USD" ? field("pricePerUnit") : null,
  from: field("startingRange"),
  until: field("endingRange"),
  tiers: 1,
});
