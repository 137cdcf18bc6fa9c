import fc from "fast-check";
import { type MeterSettings, meterSession } from "../../core/billing/meter-session.ts";
import { type PricePeriod, priceBookOf } from "../../core/billing/price-book.ts";
import type { BillingRule } from "../../core/billing/price-row.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { AccountCharges } from "../../core/ledger/charges-of.ts";
import { foldColumns } from "../../core/ledger/fold-columns.ts";
import type { SessionAccount } from "../../core/ledger/session-account.ts";

/** Half a minute before an hour of UTC ends, so that short sessions cross it. */
export const start = Date.parse("2026-01-01T09:59:30Z");

export const key: SessionKey = {
  account: accountId("111122223333"),
  region: region("us-east-1"),
  interpreter: interpreterId("tool-VbMl9Hi8I4"),
  session: sessionId("01K71MX1HF2ZVXFV3HTGJZWE1Z"),
};

const row = (startsAt: number, rule: BillingRule, usdPerVcpuHour = "0.0895", usdPerGbHour = "0.00945") => ({
  region: key.region,
  startsAt: instant(startsAt),
  rule,
  usdPerVcpuHour,
  usdPerGbHour,
});

const periodsOfRows = (...rows: readonly ReturnType<typeof row>[]): readonly PricePeriod[] =>
  priceBookOf(rows).get(key.region) ?? [];

/** Prices that change in mid-session, in rule and in rate, or begin in it. */
export const priceLists = {
  oldRule: periodsOfRows(row(start - 30_000, "2025-10")),
  newRule: periodsOfRows(row(start - 30_000, "2026-09")),
  oldThenNew: periodsOfRows(row(start - 30_000, "2025-10"), row(start + 20_000, "2026-09", "0.1", "0.01")),
  newThenOld: periodsOfRows(row(start - 30_000, "2026-09"), row(start + 45_000, "2025-10", "0.1", "0.01")),
  fromTheMiddle: periodsOfRows(row(start + 10_000, "2026-09")),
  changedAtSeven: periodsOfRows(row(start - 30_000, "2026-09"), row(start + 7000, "2026-09", "0.1", "0.01")),
  none: [],
} satisfies Readonly<Record<string, readonly PricePeriod[]>>;

export const settings: MeterSettings = { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" };

export const record = (
  afterMs: number,
  { elapsedSeconds = 1, vcpuHours = 0.0001, gbHours = 0.0003 }: Partial<UsageFigures> = {},
): UsageFigures => ({ at: instant(start + afterMs), elapsedSeconds, vcpuHours, gbHours });

/** Folds records, each repeat of which is a redelivery. */
export const foldRecords = (
  account: SessionAccount | null,
  of: SessionKey,
  records: readonly UsageFigures[],
): SessionAccount => foldColumns(account, of, usageColumnsOf(records), "count");

export const anyRecord: fc.Arbitrary<UsageFigures> = fc.record({
  // Few instants, so that many records share one.
  at: fc
    .oneof(
      fc.integer({ min: 0, max: 12 }).map((n) => n * 5000),
      fc.integer({ min: 0, max: 80_000 }),
    )
    .map((ms) => instant(start + ms)),
  elapsedSeconds: fc.constantFrom(0, 0.001, 0.249, 0.25, 0.32, 0.99, 1, 1, 60),
  vcpuHours: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.0006, noNaN: true })),
  gbHours: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.002, noNaN: true })),
});

/** What `meterSession` says of all records at once, by the rows of the price book, as text. */
export function wholeText(
  records: readonly UsageFigures[],
  periods: readonly PricePeriod[],
  by: MeterSettings,
): string {
  const { parts, ...rest } = meterSession(usageColumnsOf(records), periods, by);
  return textOf({ ...rest, parts: parts.map(({ period, ...sums }) => ({ row: period?.startsAt ?? null, ...sums })) });
}

/** The charges of an account in the same form: hours of one row added up. */
export function chargesText(charges: AccountCharges | null): string {
  if (charges === null) return "none";
  const { charges: list, ...rest } = charges;
  const parts = [...Map.groupBy(list, ({ priceStartsAt }) => priceStartsAt)].map(([priceStartsAt, own]) => ({
    row: priceStartsAt,
    vcpuNs: own.reduce((sum, charge) => sum + charge.vcpuNs, 0n),
    byteMs: own.reduce((sum, charge) => sum + charge.byteMs, 0n),
    idleByteMs: own.reduce((sum, charge) => sum + charge.idleByteMs, 0n),
    loggedByteMs: own.reduce((sum, charge) => sum + charge.loggedByteMs, 0n),
    peakTaxByteMs: own.reduce((sum, charge) => sum + charge.peakTaxByteMs, 0n),
  }));
  return textOf({ ...rest, parts });
}

/** Comparable text, keys in one order. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint"
      ? `${inner}n`
      : typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
  );
