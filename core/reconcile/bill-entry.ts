import { regionOfPrefix, usageTypeOf } from "../billing/usage-type.ts";
import { startOfDay } from "../kernel/calendar.ts";
import { parseDecimal } from "../kernel/decimal.ts";
import { accountId, region } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { BilledLine, SetAside, UnusableUsage } from "../ports/billed-usage.ts";

/** One figure of a bill as it is written, wherever it was read. */
export interface BillEntry {
  readonly account: string;
  /** As the bill has it, which may name none. */
  readonly region: string;
  readonly usageType: string;
  /** Empty where the bill names none. */
  readonly unit: string;
  readonly at: Instant;
  readonly quantity: string;
  readonly usd: string;
}

export type ReadEntry =
  | { readonly kind: "usage"; readonly line: BilledLine }
  | { readonly kind: "set-aside"; readonly charge: SetAside }
  /** `unusable` is where usage is missing for it; null where it is none of ours. */
  | { readonly kind: "wrong"; readonly why: string; readonly unusable: UnusableUsage | null };

const units = { vcpu: "vCPU-Hours", memory: "GB-Hours" } as const;

/** What an entry of the service's bill is. Usage of the service's other tools is none of ours. */
export function readBillEntry(entry: BillEntry): ReadEntry {
  const cost = parseDecimal(entry.usd);
  const usage = usageTypeOf(entry.usageType);
  const place = placeOfEntry(entry);
  const unusable = usage === null ? null : { ...place, dayAt: startOfDay(entry.at) };
  const wrong = (why: string): ReadEntry => ({ kind: "wrong", why, unusable });
  if (cost === null) return wrong(`its cost "${entry.usd}" is no amount`);
  if (usage === null) return { kind: "set-aside", charge: { what: entry.usageType, usd: cost } };
  const { meter } = usage;
  if (meter === null) return wrong(`the usage type ${entry.usageType} of Code Interpreter is not known`);
  const unit = units[meter];
  if (entry.unit !== "" && entry.unit.toLowerCase() !== unit.toLowerCase()) {
    return wrong(`the unit of ${entry.usageType} is "${entry.unit}", not ${unit}`);
  }
  const hours = parseDecimal(entry.quantity);
  if (hours === null) return wrong(`the quantity "${entry.quantity}" of ${entry.usageType} is no number`);
  if (place.account === null) return wrong(`"${entry.account}" is no account`);
  if (place.region === null) {
    return wrong(`nothing says in which Region ${entry.usageType} was used`);
  }
  return {
    kind: "usage",
    line: {
      account: place.account,
      region: place.region,
      dayAt: startOfDay(entry.at),
      meter: meter === "vcpu" ? "vCPU" : "Memory",
      hours,
      usd: cost,
    },
  };
}

/** Whose usage an entry is of, and where; null where it does not tell. */
export function placeOfEntry(
  entry: Pick<BillEntry, "account" | "region" | "usageType">,
): Pick<UnusableUsage, "account" | "region"> {
  // Bills write "NoRegion" or "global" where they name none.
  const isNamed = /^[a-z]{2,}(?:-[a-z0-9]+)+$/.test(entry.region);
  const prefix = usageTypeOf(entry.usageType)?.prefix ?? null;
  const where = isNamed ? entry.region : prefix === null ? null : regionOfPrefix(prefix);
  return {
    account: /^\d{12}$/.test(entry.account) ? accountId(entry.account) : null,
    region: where === null ? null : region(where),
  };
}
