import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import type { GbUnit } from "../../core/billing/gigabyte.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { targetKey } from "../../core/inventory/target.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { usd } from "../../core/kernel/money.ts";
import type { BilledLine } from "../../core/ports/billed-usage.ts";
import { comparePlace, type PlaceInput } from "../../core/reconcile/compare-place.ts";
import { type OwnTarget, ownUsage } from "../../core/reconcile/own-usage.ts";
import type { SessionFacts } from "../../core/reporting/session-facts.ts";
import { amount, band } from "./amounts.ts";

const target = { account: accountId("111122223333"), region: region("us-east-1") };
export const hourMs = 3_600_000;
/** Midnight, so many days after 1 November 2026. */
export const day = (count: number): Instant => instant(Date.UTC(2026, 10, 1 + count));
export const { size } = codeInterpreterKind;
const window = { from: day(0), until: day(10) };
export const vcpuHour = 3_600_000_000_000n;
export const gbHour = 3_600_000n * 2n ** 30n;
const unitPrices = { vCPU: 89_500_000_000n, Memory: 9_450_000_000n };

/** A session as the ledger tells of it: hours by day, in thousandths, or the span of its life where it has no figure. */
export interface OwnSession extends Partial<SessionFacts> {
  readonly id?: string;
  readonly interpreter?: string;
  /** It comes again on each day that it lies in. */
  readonly crosses?: boolean;
  readonly used?: readonly {
    readonly at: Instant;
    readonly vcpu: number;
    readonly gb: number;
    readonly priced?: boolean;
    /** `gb` is in thousandths of the larger GB all the same. */
    readonly unit?: GbUnit;
  }[];
  readonly lived?: readonly [from: Instant, until: Instant];
}

const facts: SessionFacts = {
  basis: "rated",
  final: true,
  approximate: null,
  gapMs: 0,
  peakBytes: null,
  lateUnverifiable: 0,
  asOf: day(11),
};

/** What the ledger has of one place, told session by session. */
export function ownOf(sessions: readonly OwnSession[]): OwnTarget | undefined {
  const own = ownUsage(window, size, "binary");
  for (const [
    index,
    { id, interpreter = "tool-VbMl9Hi8I4", crosses = false, used, lived, ...of },
  ] of sessions.entries()) {
    const open = own.tally.session(
      {
        ...target,
        interpreter: interpreterId(interpreter),
        session: sessionId(id ?? `s${index}`),
        name: null,
        principal: null,
      },
      { ...facts, ...(lived === undefined ? {} : { basis: "bounded" as const }), ...of },
      crosses,
    );
    for (const { at, vcpu, gb, priced = true, unit = "binary" } of used ?? []) {
      const split = { gb: unit, idle: null, peakTax: null };
      for (const [meter, usage] of [
        ["vCPU", (BigInt(vcpu) * vcpuHour) / 1000n],
        ["Memory", (BigInt(gb) * gbHour) / 1000n],
      ] as const) {
        const logged = of.basis === "allocated" ? null : usage;
        open.add({ hourAt: at, meter, unitPrice: priced ? unitPrices[meter] : null, usage, logged, ...split });
      }
    }
    if (lived !== undefined) {
      const [from, until] = lived;
      const nothing = { known: amount("0"), low: amount("0"), high: null, sessions: 1, unknownSessions: 1 };
      const between = () => ({ low: null, high: null });
      open.bound(from, nothing, { kind: "bounded", from, until, low: null, high: null, between });
    }
    open.end();
  }
  return own.targets().get(targetKey(target));
}

/** What is billed on a day, in thousandths of hours, at the price of the book or at another. */
export function billedOn(dayAt: Instant, vcpu: number, gb: number, factor = "1"): readonly BilledLine[] {
  const { numerator, denominator } = amount(factor);
  const line = (meter: BilledLine["meter"], hours: number, rate: bigint): BilledLine => ({
    ...target,
    dayAt,
    meter,
    hours: usd(BigInt(hours), 1000n),
    usd: usd(BigInt(hours) * rate * numerator, 10n ** 15n * denominator),
  });
  return [line("vCPU", vcpu, unitPrices.vCPU), line("Memory", gb, unitPrices.Memory)];
}

export const used = (at: Instant, vcpu: number, gb: number): OwnSession => ({ used: [{ at, vcpu, gb }] });

const prices = priceBookOf(codeInterpreterPrices);

/** One place, known on both sides up to the end of the window. */
export const placeOf = (
  sessions: readonly OwnSession[],
  billed: readonly BilledLine[],
  change: Partial<PlaceInput> = {},
) =>
  comparePlace({
    ...window,
    target,
    own: ownOf(sessions),
    billed,
    band: band(),
    readUntil: plusMs(window.until, hourMs),
    isOnBill: true,
    missingDays: [],
    doubts: [],
    usageLogs: new Map(),
    prices,
    gb: "binary",
    region: target.region,
    decimals: null,
    ...change,
  });
