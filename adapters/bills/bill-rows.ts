import { usageTypeOf } from "../../core/billing/usage-type.ts";
import { instantOfIso, startOfDay } from "../../core/kernel/calendar.ts";
import { parseDecimal } from "../../core/kernel/decimal.ts";
import { type AccountId, accountId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { BilledWindow } from "../../core/ports/billed-usage.ts";
import { placeOfEntry } from "../../core/reconcile/bill-entry.ts";
import { type BillSum, billSum } from "../../core/reconcile/bill-sum.ts";
import { daysBetween } from "../../core/reconcile/days-between.ts";
import type { BillField, BillFormat } from "./bill-columns.ts";

/** The value of a field of one row; empty where there is none. */
export type RowField = (field: BillField) => string;

/** What was made of the rows of all files. */
export interface BillRows {
  readonly sum: BillSum;
  readonly accounts: Set<AccountId>;
  /** The latest end of usage of anything at all, by the hour and by the day: so far does the bill go. */
  readonly lastUsage: { byHour: Instant | null; byDay: Instant | null };
  /** Days of which there is any usage at all. */
  readonly days: Set<Instant>;
  rows: number;
  readonly wrong: Map<string, number>;
}

export const billRows = (): BillRows => ({
  sum: billSum(),
  accounts: new Set(),
  lastUsage: { byHour: null, byDay: null },
  days: new Set(),
  rows: 0,
  wrong: new Map(),
});

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Takes one row of a bill: all of them tell how far it goes and of whom it is, few are of the service. */
export function addBillRow(rows: BillRows, { usage }: BillFormat, field: RowField, window: BilledWindow): void {
  rows.rows += 1;
  const wrong = (why: string): void => void rows.wrong.set(why, (rows.wrong.get(why) ?? 0) + 1);
  const [account, region, usageType] = [field("account"), field("region"), field("usageType")];
  const ours = usageTypeOf(usageType) !== null;
  const isUsage = field("category") === usage;
  const named = /^\d{12}$/.test(account) ? accountId(account) : null;
  // Usage that does not say whose it is may be of any account.
  const isWanted = window.accounts === null || (named === null ? ours : window.accounts.includes(named));
  const unusable = (days: readonly (Instant | null)[]): void => {
    if (!ours || !isUsage) return;
    const place = placeOfEntry({ account, region, usageType });
    for (const dayAt of days) rows.sum.addUnusable({ ...place, dayAt });
  };
  const at = billInstant(field("startsAt"));
  if (at === null) {
    if (!ours || !isWanted) return;
    wrong(`its start "${field("startsAt")}" is no time`);
    unusable([null]);
    return;
  }
  const endsAt = billInstant(field("endsAt"));
  const spanMs = endsAt === null ? 0 : endsAt - at;
  if (ours && isUsage && isWanted && endsAt !== null && spanMs > dayMs) {
    // Also where it began before the window: some of it is of the window's days.
    const [from, until] = [Math.max(at, window.from), Math.min(endsAt, window.until)];
    if (from >= until) return;
    wrong("it is of more than a day: export the bill by the hour or by the day");
    unusable(daysBetween(instant(from), until));
  }
  if (at < window.from || at >= window.until) return;
  if (named !== null) rows.accounts.add(named);
  if (isUsage && endsAt !== null && spanMs <= dayMs) {
    rows.days.add(startOfDay(at));
    const by = spanMs <= hourMs ? "byHour" : "byDay";
    const last = rows.lastUsage[by];
    if (last === null || endsAt > last) rows.lastUsage[by] = endsAt;
  }
  if (ours && isUsage && spanMs > dayMs) return;
  if (!ours && !isOfService(field("service"))) return;
  if (!isWanted) return;
  const currency = field("currency");
  if (currency !== "" && currency !== "USD") {
    wrong(`its currency is ${currency}, not USD`);
    unusable([startOfDay(at)]);
    return;
  }
  if (!isUsage) {
    const usd = parseDecimal(field("usd"));
    if (usd === null) wrong(`its cost "${field("usd")}" is no amount`);
    else rows.sum.setAside({ what: field("category"), usd });
    return;
  }
  const quantity = field("quantity") || field("otherQuantity");
  const [unit, usd] = [field("unit"), field("usd")];
  rows.sum.add({ account, region, usageType, unit, at, quantity, usd });
}

const isOfService = (service: string): boolean =>
  service === "AmazonBedrockAgentCore" || service === "Amazon Bedrock AgentCore";

/** A time as exports write it: `2026-11-20T00:00:00Z`, `2026-11-20 00:00:00.000`, `2026-11-20T00:00Z`. All are UTC. */
function billInstant(text: string): Instant | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?(?:Z| UTC|\+00:?00)?)?$/.exec(text.trim());
  if (match === null) return null;
  const [, date, time = "00:00", seconds = ":00"] = match;
  return instantOfIso(`${date}T${time}${seconds}Z`);
}
