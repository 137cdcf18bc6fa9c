import { compareFigures } from "../billing/compare-figures.ts";
import type { UsageColumns } from "../billing/usage-columns.ts";
import { usageColumnsOf } from "../billing/usage-columns.ts";
import type { UsageFigures } from "../billing/usage-figures.ts";
import { accountId, interpreterId, region, sessionId } from "../kernel/ids.ts";
import { instant } from "../kernel/instant.ts";
import { AccountTextError } from "./account-text-error.ts";
import { readColumns, writeColumns } from "./column-text.ts";
import { settle, settledRecords } from "./open-records.ts";
import { murmur3 } from "./record-digest.ts";
import { readSealed, writeSealed } from "./sealed-text.ts";
import type { LateRecords, OpenRecords, SealedUsage, SessionAccount } from "./session-account.ts";
import { countOf, listOf, objectOf, textOf } from "./text-checks.ts";

/** JSON with a check sum, repeats cleared away. The same account gives the same text, whatever way it was folded. */
export function writeAccount(account: SessionAccount): string {
  const known = texts.get(account);
  if (known !== undefined) return known;
  const text = textOfAccount(account);
  remember(account, text);
  return text;
}

/**
 * A session is written three times while it is closed, with the same account: it is put into words once. Long ones, which
 * have many open records, are not kept in memory twice.
 */
const texts = new WeakMap<SessionAccount, string>();
const longestKept = 4096;

function remember(account: SessionAccount, text: string): void {
  if (text.length <= longestKept) texts.set(account, text);
}

function textOfAccount(account: SessionAccount): string {
  const { key, sealed, late, lateUnverifiable } = account;
  const open = settle(account.open);
  const body = JSON.stringify({
    key: [key.account, key.region, key.interpreter, key.session],
    duplicates: account.duplicates + account.open.length - open.length,
    lateUnverifiable,
    open: writeColumns(open),
    late: { ...writeColumns(usageColumnsOf(late.records)), unheld: late.unheld, counted: late.counted },
    sealed: sealed === null ? null : writeSealed(sealed),
  });
  return `${head(body)}${body}}`;
}

/** Throws `AccountTextError` where the text is not what `writeAccount` wrote. */
export function readAccount(text: string): SessionAccount {
  const body = text.slice(head("").length, -1);
  if (text !== `${head(body)}${body}}`) throw new AccountTextError("check sum");
  const account = objectOf(parsed(body), "account");
  const [ofAccount, ofRegion, ofInterpreter, ofSession] = listOf(account["key"], "key");
  const sealed = account["sealed"] === null ? null : readSealed(objectOf(account["sealed"], "sealed"));
  const read: SessionAccount = {
    key: {
      account: accountId(textOf(ofAccount, "key.account")),
      region: region(textOf(ofRegion, "key.region")),
      interpreter: interpreterId(textOf(ofInterpreter, "key.interpreter")),
      session: sessionId(textOf(ofSession, "key.session")),
    },
    sealed,
    open: readOpen(account["open"], sealed),
    late: readLate(account["late"]),
    lateUnverifiable: countOf(account["lateUnverifiable"], "lateUnverifiable"),
    duplicates: countOf(account["duplicates"], "duplicates"),
  };
  remember(read, text);
  return read;
}

/** Always of one length, so that the body is found without parsing. */
function head(body: string): string {
  const bytes = new TextEncoder().encode(body);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sum = [0, 0x9747b28c].map((seed) => murmur3(view, seed).toString(16).padStart(8, "0")).join("");
  return `{"version":1,"sum":"${sum}","account":`;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new AccountTextError("not JSON", { cause });
  }
}

function readOpen(value: unknown, sealed: SealedUsage | null): OpenRecords {
  const columns = columnsAt(value, "open");
  if (sealed !== null && (columns.at[0] ?? sealed.until) < sealed.until)
    throw new AccountTextError("open: sealed stamps");
  return settledRecords(columns);
}

function readLate(value: unknown): LateRecords {
  const { length, at, elapsedSeconds, vcpuHours, gbHours } = columnsAt(value, "late");
  const records = Array.from({ length }, (_, i) => ({
    at: instant(at[i] ?? 0),
    elapsedSeconds: elapsedSeconds[i] ?? 0,
    vcpuHours: vcpuHours[i] ?? 0,
    gbHours: gbHours[i] ?? 0,
  }));
  const { unheld, counted } = objectOf(value, "late");
  return { records, unheld: countOf(unheld, "late.unheld"), counted: countOf(counted, "late.counted") };
}

function columnsAt(value: unknown, where: string): UsageColumns {
  const { at, e, vcpu, gb } = objectOf(value, where);
  const columns = readColumns({ at, e, vcpu, gb }, where);
  for (let i = 1; i < columns.length; i += 1) {
    if (compareFigures(rowOf(columns, i - 1), rowOf(columns, i)) >= 0) throw new AccountTextError(`${where}: order`);
  }
  return columns;
}
const rowOf = (columns: UsageColumns, i: number): UsageFigures => ({
  at: instant(columns.at[i] ?? 0),
  elapsedSeconds: columns.elapsedSeconds[i] ?? 0,
  vcpuHours: columns.vcpuHours[i] ?? 0,
  gbHours: columns.gbHours[i] ?? 0,
});
