import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { AccountId, InterpreterId, Region, SessionId } from "../../core/kernel/ids.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { keptClosedMs, type LedgerSession } from "../../core/ports/ledger.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import { type AccountText, billOfText, textOfBill } from "../../core/ports/ledger-text.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { type Item, numberOf, textOf } from "./items.ts";

// Developer guide, "Constraints in Amazon DynamoDB", read 2026-11: 400 KB an item, names included; 2048 bytes a partition
// key and 1024 bytes a sort key. Some room is left for the other attributes.
const mostBytes = 400 * 1024 - 4096;
const longestKey = 900;

export const ledgerPartition = (target: Target): string => shortened(`ledger#${targetPart(target)}`);

export const ledgerKey = (key: SessionKey, kind: "session" | "open"): Item => ({
  pk: { S: ledgerPartition(key) },
  sk: { S: shortened(`${kind}#${sessionPart(key)}`) },
});

export const markKey = (target: Target, interpreter: string): Item => ({
  pk: { S: ledgerPartition(target) },
  sk: { S: shortened(`mark#${JSON.stringify(interpreter)}`) },
});

/** What stands beside an open session. Like a closed one it goes in the end, where a run was killed before it took it away. */
export const openItem = (bill: SessionBill, revision: number): Item => ({
  ...ledgerKey(bill, "open"),
  revision: { N: String(revision) },
  key: { S: JSON.stringify([bill.account, bill.region, bill.interpreter, bill.session]) },
  expiresAt: expiryOf(bill),
});

/** Throws `SyntaxError` where the item is not one of ours. */
export function keyOfOpen(item: Item): SessionKey {
  const parts: unknown = JSON.parse(textOf(item, "key"));
  const [account, region, interpreter, session] = Array.isArray(parts) ? parts.map(String) : [];
  if (account === undefined || region === undefined || interpreter === undefined || session === undefined) {
    throw new SyntaxError("the attribute key is not four texts");
  }
  return {
    account: account as AccountId,
    region: region as Region,
    interpreter: interpreter as InterpreterId,
    session: session as SessionId,
  };
}

/** Throws `RegistryError` where the session is too large for an item. */
export function sessionItem({ revision, account, bill }: LedgerSession, text: AccountText): Item {
  const key = ledgerKey(bill, "session");
  // Account and bill of one session change together, and each is text that repeats itself: compressed, they take a tenth.
  const packed = { account: gzipSync(text.encode(account)), bill: gzipSync(textOfBill(bill)) };
  const bytes = packed.account.byteLength + packed.bill.byteLength;
  if (bytes > mostBytes) {
    throw new RegistryError(
      "too-large",
      `The session ${sessionPart(bill)} of ${targetPart(bill)} takes ${bytes} bytes in the ledger, and an item of DynamoDB holds ${mostBytes}: read its usage with the aggregating reader, or keep the ledger in SQLite.`,
    );
  }
  return {
    ...key,
    revision: { N: String(revision + 1) },
    account: { B: packed.account },
    bill: { B: packed.bill },
    // An open session has none.
    ...(bill.final ? { expiresAt: expiryOf(bill) } : {}),
  };
}

/** Throws `SyntaxError` where the item is not one of ours. */
export const sessionOfItem = (item: Item, text: AccountText): LedgerSession => ({
  revision: numberOf(item, "revision"),
  account: text.decode(unpacked(item, "account")),
  bill: billOfText(unpacked(item, "bill")),
});

export const interpreterOfMark = (item: Item): string => {
  const interpreter: unknown = JSON.parse(textOf(item, "interpreter"));
  if (typeof interpreter !== "string") throw new SyntaxError("the attribute interpreter is not a text");
  return interpreter;
};

// DynamoDB deletes an item some days after `expiresAt`, which is in seconds.
const expiryOf = (bill: SessionBill): AttributeValue => ({ N: String(Math.ceil((bill.asOf + keptClosedMs) / 1000)) });

function unpacked(item: Item, name: string): string {
  const bytes = item[name]?.B;
  if (bytes === undefined) throw new SyntaxError(`the attribute ${name} is not binary`);
  try {
    return gunzipSync(bytes).toString("utf8");
  } catch (error) {
    throw new SyntaxError(`the attribute ${name} is not compressed text`, { cause: error });
  }
}

// Parts of a key are other people's text of any length. A digest stands for one that is too long; what it was is in the bill.
const shortened = (text: string): string =>
  Buffer.byteLength(text) <= longestKey
    ? text
    : `${Buffer.from(text).subarray(0, 64).toString("latin1")}~${createHash("sha256").update(text).digest("hex")}`;
