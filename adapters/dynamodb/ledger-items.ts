import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { AccountId, InterpreterId, Region, SessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { lastRecordAtOf } from "../../core/ledger/last-record.ts";
import { keptClosedMs, type LedgerSession, type ListedSession, type ReadMark } from "../../core/ports/ledger.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import {
  type AccountText,
  billOfText,
  ledgerStateOf,
  restatementOfText,
  textOfBill,
  textOfRestatement,
} from "../../core/ports/ledger-text.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { type Item, mostItemBytes, numberOf, textOf } from "./items.ts";

// Of the 1024 bytes of a sort key.
const longestKey = 900;

export const ledgerPartition = (target: Target): string => shortened(`ledger#${targetPart(target)}`);

export const ledgerKey = (key: SessionKey, kind: "session" | "open"): Item => ({
  pk: { S: ledgerPartition(key) },
  sk: { S: shortened(`${kind}#${sessionPart(key)}`) },
});

export const markKey = (target: Target, source: string): Item => ({
  pk: { S: ledgerPartition(target) },
  sk: { S: shortened(`mark#${JSON.stringify(source)}`) },
});

/** What stands beside a session that is not closed. Like a closed one it goes in the end, where a run was killed before it took it away. */
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
export function sessionItem(session: LedgerSession, text: AccountText): Item {
  const { revision, state, account, bill, timeoutAt, restatement } = session;
  const key = ledgerKey(bill, "session");
  const lastRecordAt = lastRecordAtOf(account);
  // Account and bill of one session change together, and each is text that repeats itself: compressed, they take a tenth.
  const packed = { account: gzipSync(text.encode(account)), bill: gzipSync(textOfBill(bill)) };
  const bytes = packed.account.byteLength + packed.bill.byteLength;
  if (bytes > mostItemBytes) {
    throw new RegistryError(
      "too-large",
      `The session ${sessionPart(bill)} of ${targetPart(bill)} takes ${bytes} bytes in the ledger, and an item of DynamoDB holds ${mostItemBytes}: read its usage with the aggregating reader, or keep the ledger in SQLite.`,
    );
  }
  return {
    ...key,
    revision: { N: String(revision + 1) },
    state: { S: state },
    ...(timeoutAt === null ? {} : { timeoutAt: { N: String(timeoutAt) } }),
    ...(lastRecordAt === null ? {} : { lastRecordAt: { N: String(lastRecordAt) } }),
    ...(restatement === null ? {} : { restatement: { S: textOfRestatement(restatement) } }),
    account: { B: packed.account },
    bill: { B: packed.bill },
    // A session that is not closed has none.
    ...(state === "closed" ? { expiresAt: expiryOf(bill) } : {}),
  };
}

/** Throws `SyntaxError` where the item is not one of ours. */
export const sessionOfItem = (item: Item, text: AccountText): LedgerSession => ({
  ...withoutAccount(item),
  account: text.decode(unpacked(item, "account")),
});

/** The attributes that `listedOfItem` needs: all but the account. */
export const listedAttributes = ["revision", "state", "bill", "timeoutAt", "restatement", "lastRecordAt"] as const;

/** Throws `SyntaxError` where the item is not one of ours. */
export const listedOfItem = (item: Item): ListedSession => ({
  ...withoutAccount(item),
  lastRecordAt: instantOrNull(item, "lastRecordAt"),
});

const withoutAccount = (item: Item): Omit<LedgerSession, "account"> => ({
  revision: numberOf(item, "revision"),
  state: ledgerStateOf(textOf(item, "state")),
  bill: billOfText(unpacked(item, "bill")),
  timeoutAt: instantOrNull(item, "timeoutAt"),
  restatement: item["restatement"] === undefined ? null : restatementOfText(textOf(item, "restatement")),
});

const instantOrNull = (item: Item, name: string): Instant | null =>
  item[name] === undefined ? null : instant(numberOf(item, name));

/** Throws `SyntaxError` where the item is not one of ours. */
export function markOfItem(item: Item): ReadMark {
  const source: unknown = JSON.parse(textOf(item, "source"));
  if (typeof source !== "string") throw new SyntaxError("the attribute source is not a text");
  const at = (name: string): Instant => instant(numberOf(item, name));
  return { source, readUntil: at("readUntil"), finalUntil: at("finalUntil"), checkedUntil: at("checkedUntil") };
}

export const markItem = (target: Target, mark: ReadMark): Item => ({
  ...markKey(target, mark.source),
  source: { S: JSON.stringify(mark.source) },
  ...markTimes(mark),
});

/** What tells one state of a mark from another. */
export const markTimes = ({ readUntil, finalUntil, checkedUntil }: ReadMark): Item => ({
  readUntil: { N: String(readUntil) },
  finalUntil: { N: String(finalUntil) },
  checkedUntil: { N: String(checkedUntil) },
});

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
