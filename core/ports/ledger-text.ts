import type { SessionKey } from "../billing/usage-record.ts";
import { accountId, interpreterId, region, sessionId } from "../kernel/ids.ts";
import type { Charge, CostBasis, EndSource, Restatement, SessionBill } from "../ledger/charge.ts";
import type { SessionAccount } from "../ledger/session-account.ts";
import type { LedgerState } from "./ledger.ts";
import { array, at, bigInteger, boolean, integer, object, oneOf, orNull, type Read, string } from "./read-stored.ts";

/** How the account of a session is written down and read back. `decode` throws `SyntaxError` on a text of another shape. */
export interface AccountText {
  readonly encode: (account: SessionAccount) => string;
  readonly decode: (text: string) => SessionAccount;
}

export const textOfBill = (bill: SessionBill): string =>
  JSON.stringify({ ...bill, charges: bill.charges.map(textCharge) });
export const textOfRestatement = (restatement: Restatement): string => JSON.stringify(restatement);

/** These read back what the functions above wrote, and throw `SyntaxError` with the place on a text of another shape. */
export function billOfText(text: string): SessionBill {
  const bill = object(JSON.parse(text), "bill");
  return {
    ...keyOf(bill),
    name: orNull(bill["name"], "name", string),
    createdAt: orNull(bill["createdAt"], "createdAt", at),
    endedAt: orNull(bill["endedAt"], "endedAt", at),
    endSource: orNull(bill["endSource"], "endSource", oneOf(endSources)),
    basis: oneOf(billBases)(bill["basis"], "basis"),
    approximate: orNull(bill["approximate"], "approximate", string),
    charges: array(bill["charges"], "charges").map((item, index) => charge(item, `charges[${index}]`)),
    gapMs: integer(bill["gapMs"], "gapMs"),
    duplicates: integer(bill["duplicates"], "duplicates"),
    lateUnverifiable: integer(bill["lateUnverifiable"], "lateUnverifiable"),
    peakBytes: orNull(bill["peakBytes"], "peakBytes", integer),
    lowUsd: orNull(bill["lowUsd"], "lowUsd", string),
    highUsd: orNull(bill["highUsd"], "highUsd", string),
    asOf: at(bill["asOf"], "asOf"),
    final: boolean(bill["final"], "final"),
    version: integer(bill["version"], "version"),
  };
}

export function restatementOfText(text: string): Restatement {
  const item = object(JSON.parse(text), "restatement");
  return {
    ...keyOf(item),
    at: at(item["at"], "at"),
    version: integer(item["version"], "version"),
    reason: oneOf(restatementReasons)(item["reason"], "reason"),
    beforeUsd: orNull(item["beforeUsd"], "beforeUsd", string),
    afterUsd: orNull(item["afterUsd"], "afterUsd", string),
    lateRecords: integer(item["lateRecords"], "lateRecords"),
  };
}

/** Throws `SyntaxError` on a text that is none. */
export const ledgerStateOf = (text: string): LedgerState => oneOf(ledgerStates)(text, "state");
const ledgerStates: readonly LedgerState[] = ["open", "closing", "closed", "reopened"];

export const endSources: readonly EndSource[] = ["get", "list", "timeout", "last-record"];
export const billBases: readonly Exclude<CostBasis, "logged">[] = ["rated", "allocated", "bounded"];
const restatementReasons: readonly Restatement["reason"][] = [
  "late-records",
  "source-reread",
  "price-change",
  "end-corrected",
];

/** A charge as JSON can have it. */
const textCharge = (charge: Charge): object => ({
  ...charge,
  vcpuNs: String(charge.vcpuNs),
  byteMs: String(charge.byteMs),
  idleByteMs: String(charge.idleByteMs),
  loggedByteMs: String(charge.loggedByteMs),
  peakTaxByteMs: String(charge.peakTaxByteMs),
});

const keyOf = (item: Readonly<Record<string, unknown>>): SessionKey => ({
  account: accountId(string(item["account"], "account")),
  region: region(string(item["region"], "region")),
  interpreter: interpreterId(string(item["interpreter"], "interpreter")),
  session: sessionId(string(item["session"], "session")),
});

const charge: Read<Charge> = (value, place) => {
  const item = object(value, place);
  const integerAt = (name: string): number => integer(item[name], `${place}.${name}`);
  const bigAt = (name: string): bigint => bigInteger(item[name], `${place}.${name}`);
  return {
    hourAt: at(item["hourAt"], `${place}.hourAt`),
    priceStartsAt: orNull(item["priceStartsAt"], `${place}.priceStartsAt`, at),
    records: integerAt("records"),
    meteredMs: integerAt("meteredMs"),
    vcpuNs: bigAt("vcpuNs"),
    byteMs: bigAt("byteMs"),
    idleByteMs: bigAt("idleByteMs"),
    loggedByteMs: bigAt("loggedByteMs"),
    peakTaxByteMs: bigAt("peakTaxByteMs"),
  };
};
