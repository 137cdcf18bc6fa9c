import type { MeteredPart } from "../billing/meter-rows.ts";
import { instant } from "../kernel/instant.ts";
import type { SealedCharge } from "./session-account.ts";

const hourMs = 3_600_000;

/** A part that was cut by price and hour, as a charge. */
export const chargeOf = ({ period, ...part }: MeteredPart): SealedCharge => ({
  hourAt: instant(Math.floor(part.firstAt / hourMs) * hourMs),
  priceStartsAt: period?.startsAt ?? null,
  ...part,
});

/** `later` behind `earlier`; charges of the same hour and row of the price book, which a seal may have cut, become one again. */
export function mergeCharges(
  earlier: readonly SealedCharge[],
  later: readonly SealedCharge[],
): readonly SealedCharge[] {
  const merged = [...earlier];
  for (const charge of later) {
    const place = merged.findLastIndex(
      ({ hourAt, priceStartsAt }) => hourAt === charge.hourAt && priceStartsAt === charge.priceStartsAt,
    );
    const same = merged[place];
    if (same === undefined) merged.push(charge);
    else merged[place] = together(same, charge);
  }
  return merged;
}

const together = (a: SealedCharge, b: SealedCharge): SealedCharge => ({
  ...a,
  lastAt: b.lastAt,
  records: a.records + b.records,
  meteredMs: a.meteredMs + b.meteredMs,
  vcpuNs: a.vcpuNs + b.vcpuNs,
  byteMs: a.byteMs + b.byteMs,
  idleByteMs: a.idleByteMs + b.idleByteMs,
  loggedByteMs: a.loggedByteMs + b.loggedByteMs,
  peakTaxByteMs: a.peakTaxByteMs + b.peakTaxByteMs,
});
