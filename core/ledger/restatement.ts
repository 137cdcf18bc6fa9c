import type { Instant } from "../kernel/instant.ts";
import { formatUsd, type Usd } from "../kernel/money.ts";
import type { Restatement, SessionBill } from "./charge.ts";

export interface RestatementInput {
  /** The closed bill as it was, and its rated dollars at the prices of then; null where it had no figure. */
  readonly before: SessionBill;
  readonly beforeUsd: Usd | null;
  /** The bill as it is now. */
  readonly after: SessionBill;
  readonly afterUsd: Usd | null;
  readonly reason: Restatement["reason"];
  readonly lateRecords: number;
  readonly at: Instant;
}

/**
 * The closed bill in its next version, with what the audit trail keeps of the one before. Null where there is nothing to
 * restate: the bill was not closed, or says the same as before but for when it was made and how often records came.
 */
export function restatementOf(
  input: RestatementInput,
): { readonly bill: SessionBill; readonly restatement: Restatement } | null {
  const { before, after, reason, lateRecords, at } = input;
  const beforeUsd = textOf(input.beforeUsd);
  const afterUsd = textOf(input.afterUsd);
  if (!before.final || (beforeUsd === afterUsd && substanceOf(before) === substanceOf(after))) return null;
  const { account, region, interpreter, session } = after;
  const version = before.version + 1;
  return {
    bill: { ...after, final: true, version },
    restatement: {
      account,
      region,
      interpreter,
      session,
      at,
      version,
      reason,
      beforeUsd,
      afterUsd,
      lateRecords,
    },
  };
}

const textOf = (amount: Usd | null): string | null => (amount === null ? null : formatUsd(amount));

function substanceOf(bill: SessionBill): string {
  const { createdAt, endedAt, endSource, basis, charges, gapMs, lateUnverifiable, peakBytes, lowUsd, highUsd } = bill;
  const facts = [createdAt, endedAt, endSource, basis, gapMs, lateUnverifiable, peakBytes, lowUsd, highUsd];
  const sums = charges.map((charge) => [
    charge.hourAt,
    charge.priceStartsAt,
    charge.records,
    charge.meteredMs,
    ...[charge.vcpuNs, charge.byteMs, charge.idleByteMs, charge.loggedByteMs, charge.peakTaxByteMs].map(String),
  ]);
  return JSON.stringify([facts, sums]);
}
