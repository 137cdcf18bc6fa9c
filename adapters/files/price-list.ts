import type { ListPrice } from "../../core/billing/price-import.ts";
import { regionOfPrefix, usageTypeOf } from "../../core/billing/usage-type.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { region } from "../../core/kernel/ids.ts";
import { csvPriceList } from "./price-list-csv.ts";
import { jsonPriceList } from "./price-list-json.ts";
import { PriceListError, type PriceListHead, type PriceListLine, type PriceListText } from "./price-list-line.ts";

const offerCode = "AmazonBedrockAgentCore";

export interface PriceList {
  readonly head: PriceListHead;
  readonly prices: readonly ListPrice[];
  /** What was left out, and why. */
  readonly problems: readonly string[];
  /** What was taken, and deserves a look. */
  readonly notes: readonly string[];
}

/** Reads an offer file of the AWS Price List, as JSON or CSV. Throws `PriceListError` where it is none, or of another offer. */
export function readPriceList(text: string): PriceList {
  const { head, lines }: PriceListText = text.trimStart().startsWith("{") ? jsonPriceList(text) : csvPriceList(text);
  if (head.offerCode !== offerCode) {
    throw new PriceListError(`it is the price list of "${head.offerCode}", not of ${offerCode}`);
  }
  const prices: ListPrice[] = [];
  const problems = new Set<string>();
  const notes = new Set<string>();
  for (const line of lines) {
    const read = priceOf(line, notes);
    if (read === null) continue;
    if (typeof read === "string") problems.add(`${line.usageType} (SKU ${line.sku}): ${read}`);
    else prices.push(read);
  }
  return { head, prices, problems: [...problems].sort(), notes: [...notes].sort() };
}

const units = { vcpu: "vCPU-Hours", memory: "GB-Hours" } as const;

/** Null where the line is of something else; a text where it has to be left out. */
function priceOf(line: PriceListLine, notes: Set<string>): ListPrice | string | null {
  const usage = usageTypeOf(line.usageType);
  if (usage === null) return null;
  const { prefix, meter } = usage;
  if (meter === null) return "a usage type of Code Interpreter that is not understood: it is left out";
  const ofPrefix = prefix === null ? null : regionOfPrefix(prefix);
  const name = line.regionCode ?? ofPrefix;
  if (name === null) return `no Region code, and the prefix "${prefix ?? ""}" is not known: it is left out`;
  if (ofPrefix !== null && ofPrefix !== name) {
    return `its prefix stands for ${ofPrefix} and its Region code is ${name}: it is left out`;
  }
  if (prefix !== null && ofPrefix === null)
    notes.add(`the prefix ${prefix} is not known: its Region code ${name} is taken`);
  if (line.unit.toLowerCase() !== units[meter].toLowerCase()) return `its unit is "${line.unit}", not ${units[meter]}`;
  if (line.tiers !== 1 || !isWhole(line)) {
    return "it has tiers, prices that change with the amount used: the meter rates by the second and cannot use them";
  }
  if (line.usd === null || !/^\d{1,6}(\.\d{1,12})?$/.test(line.usd)) return "it has no price in US dollars";
  const startsAt = instantOfIso(line.effectiveDate);
  if (startsAt === null || startsAt % 1000 !== 0) return `its effective date "${line.effectiveDate}" is no date`;
  return { region: region(name), meter, startsAt, usd: line.usd };
}

/** A price that holds from the first unit to the last. */
const isWhole = ({ from, until }: PriceListLine): boolean => Number(from || "0") === 0 && /^(inf|)$/i.test(until);
