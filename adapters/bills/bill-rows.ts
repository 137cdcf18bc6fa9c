import { usageTypeOf } from "../../core/billing/usage-type.ts";
import { instantOfIso, startOfDay } from "../../core/kernel/calendar.ts";
import { parseDecimal } from "../../core/kernel/decimal.ts";
import { type AccountId, accountId } from "../../core/kernel/ids.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { BilledWindow } from "../../core/ports/billed-usage.ts";
import { type BillSum, billSum } from "../../core/reconcile/bill-sum.ts";
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
  const usageType = field("usageType");
  const ours = usageTypeOf(usageType) !== null;
  const at = billInstant(field("startsAt"));
  if (at === null) {
    if (ours) wrong(`its start "${field("startsAt")}" is no time`);
    return;
  }
  const account = field("account");
  if (at < window.from || at >= window.until) return;
  if (/^\d{12}$/.test(account)) rows.accounts.add(accountId(account));
  const endsAt = billInstant(field("endsAt"));
  const isUsage = field("category") === usage;
  const spanMs = endsAt === null ? 0 : endsAt - at;
  if (isUsage && endsAt !== null && spanMs <= dayMs) {
    rows.days.add(startOfDay(at));
    const by = spanMs <= hourMs ? "byHour" : "byDay";
    const last = rows.lastUsage[by];
    if (last === null || endsAt > last) rows.lastUsage[by] = endsAt;
  }
  if (!ours && !isOfService(field("service"))) return;
  if (window.accounts !== null && !window.accounts.some((wanted) => wanted === account)) return;
  const currency = field("currency");
  if (currency !== "" && currency !== "USD") {
    wrong(`its currency is ${currency}, not USD`);
    return;
  }
  if (!isUsage) {
    const usd = parseDecimal(field("usd"));
    if (usd === null) wrong(`its cost "${field("usd")}" is no amount`);
    else rows.sum.setAside({ what: field("category"), usd });
    return;
  }
  if (ours && spanMs > dayMs) {
    wrong("it is of more than a day: export the bill by the hour or by the day");
    return;
  }
  const quantity = field("quantity") || field("otherQuantity");
  const [unit, region, usd] = [field("unit"), field("region"), field("usd")];
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
