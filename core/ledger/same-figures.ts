import type { Charge, SessionBill } from "./charge.ts";

/** Whether two bills of a session charge the same, whatever else is known of it, and whenever they were made. */
export const hasSameFigures = (a: SessionBill, b: SessionBill): boolean => figuresOf(a) === figuresOf(b);

/**
 * Whether a bill that was made from nothing may take the place of one that was closed before: it has to rest on as much. What
 * its source has lost since must not make a figure worse.
 */
export function restsOnAsMuch(bill: SessionBill, closed: SessionBill): boolean {
  if (strengthOf(bill) !== strengthOf(closed)) return strengthOf(bill) > strengthOf(closed);
  // Shares and bounds that are made again know less of the sessions around them, not more.
  return bill.basis === "rated" && recordsOf(bill) >= recordsOf(closed);
}

const strengthOf = ({ basis, approximate }: SessionBill): number =>
  basis === "bounded" ? 0 : basis === "allocated" ? 1 : approximate === null ? 3 : 2;

const recordsOf = ({ charges }: SessionBill): number => charges.reduce((sum, { records }) => sum + records, 0);

const figuresOf = ({ basis, charges, lowUsd, highUsd }: SessionBill): string =>
  JSON.stringify([basis, lowUsd, highUsd, charges.map(figuresOfCharge).sort()]);

const figuresOfCharge = ({ hourAt, priceStartsAt, records, vcpuNs, byteMs }: Charge): string =>
  [hourAt, priceStartsAt, records, vcpuNs, byteMs].join("/");
