import type { GbUnit } from "../billing/gigabyte.ts";
import { billingRules } from "../billing/price-row.ts";
import { AccountTextError } from "./account-text-error.ts";
import { readStamps, readWords, writeStamps, writeWords } from "./column-text.ts";
import type { RecordDigests, SealedCharge, SealedUsage } from "./session-account.ts";
import { bigintOf, countOf, figureOf, instantOf, type JsonObject, listOf, objectOf, oneOf } from "./text-checks.ts";

const gbUnits: readonly GbUnit[] = ["binary", "decimal"];

/** As a value for `JSON.stringify`. */
export const writeSealed = (sealed: SealedUsage): unknown => ({
  ...sealed,
  charges: sealed.charges.map((charge) => [
    charge.hourAt,
    charge.priceStartsAt,
    charge.rule,
    charge.firstAt,
    charge.lastAt,
    charge.records,
    charge.meteredMs,
    ...[charge.vcpuNs, charge.byteMs, charge.idleByteMs, charge.loggedByteMs, charge.peakTaxByteMs].map(String),
  ]),
  digests: {
    since: sealed.digests.since,
    at: writeStamps(sealed.digests.at, sealed.digests.at.length),
    high: writeWords(sealed.digests.high),
    low: writeWords(sealed.digests.low),
  },
});

export function readSealed(sealed: JsonObject): SealedUsage {
  const charges = listOf(sealed["charges"], "charges").map(readCharge);
  if (charges.length === 0) throw new AccountTextError("charges");
  return {
    until: instantOf(sealed["until"], "until"),
    charges,
    peakBytes: sealed["peakBytes"] === null ? null : countOf(sealed["peakBytes"], "peakBytes"),
    firstAt: instantOf(sealed["firstAt"], "firstAt"),
    lastAt: instantOf(sealed["lastAt"], "lastAt"),
    lastMs: countOf(sealed["lastMs"], "lastMs"),
    gapMs: countOf(sealed["gapMs"], "gapMs"),
    gb: oneOf(gbUnits, sealed["gb"], "gb"),
    idleVcpu: figureOf(sealed["idleVcpu"], "idleVcpu"),
    digests: readDigests(objectOf(sealed["digests"], "digests")),
  };
}

function readCharge(value: unknown): SealedCharge {
  const where = "charges";
  const [hourAt, priceStartsAt, rule, firstAt, lastAt, records, meteredMs, ...integers] = listOf(value, where);
  const [vcpuNs, byteMs, idleByteMs, loggedByteMs, peakTaxByteMs] = integers;
  return {
    hourAt: instantOf(hourAt, where),
    priceStartsAt: priceStartsAt === null ? null : instantOf(priceStartsAt, where),
    rule: oneOf(billingRules, rule, where),
    firstAt: instantOf(firstAt, where),
    lastAt: instantOf(lastAt, where),
    records: countOf(records, where),
    meteredMs: countOf(meteredMs, where),
    vcpuNs: bigintOf(vcpuNs, where),
    byteMs: bigintOf(byteMs, where),
    idleByteMs: bigintOf(idleByteMs, where),
    loggedByteMs: bigintOf(loggedByteMs, where),
    peakTaxByteMs: bigintOf(peakTaxByteMs, where),
  };
}

function readDigests(digests: JsonObject): RecordDigests {
  const at = readStamps(digests["at"], "digests.at");
  const high = readWords(digests["high"], "digests.high");
  const low = readWords(digests["low"], "digests.low");
  if (high.length !== at.length || low.length !== at.length) throw new AccountTextError("digests: lengths");
  return { since: instantOf(digests["since"], "digests.since"), at, high, low };
}
