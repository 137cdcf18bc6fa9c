import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { readAccount, writeAccount } from "../../core/ledger/account-text.ts";
import type { Charge, SessionBill } from "../../core/ledger/charge.ts";
import { lastRecordAtOf } from "../../core/ledger/last-record.ts";
import type { SessionAccount } from "../../core/ledger/session-account.ts";
import type { LedgerSession, ListedSession } from "../../core/ports/ledger.ts";
import type { AccountText } from "../../core/ports/ledger-text.ts";

const start = instant(Date.UTC(2026, 10, 20, 12));
export const hours = (count: number): Instant => plusMs(start, count * 3_600_000);
/** When the listed rates began. */
export const ratesStartedAt = instant(Date.UTC(2025, 9, 7));

/** Names that break whoever pastes them into a path, a query or a text of another coding. */
export const hostileTexts: readonly string[] = [
  "../../etc/passwd",
  "..",
  "a/b",
  "a%2fb",
  `'; DROP TABLE x; --"`,
  "line\nbreak\r\t\u0000end",
  "half \ud800 of a pair",
  "half \ud801 of a pair",
  "\udc00",
  "\uffffjson:",
  "x".repeat(3000),
  "= 1 + 1",
  "day=2020-01-01",
  "ünïcode 😀",
];

export const charge = (change: Partial<Charge> = {}): Charge => ({
  hourAt: start,
  priceStartsAt: ratesStartedAt,
  records: 3600,
  meteredMs: 3_600_000,
  vcpuNs: 1_234_567_890_123n,
  byteMs: 4_611_686_018_427_387_904n,
  idleByteMs: 5n,
  loggedByteMs: 4_611_686_018_427_387_903n,
  peakTaxByteMs: 7n,
  ...change,
});

export const bill = (session: string, change: Partial<SessionBill> = {}): SessionBill => ({
  account: accountId("111122223333"),
  region: region("us-east-1"),
  interpreter: interpreterId("tool-VbMl9Hi8I4"),
  session: sessionId(session),
  name: "a name",
  createdAt: start,
  endedAt: hours(1),
  endSource: "list",
  basis: "rated",
  approximate: null,
  charges: [charge()],
  gapMs: 12,
  duplicates: 3,
  lateUnverifiable: 0,
  peakBytes: 1_073_741_824,
  lowUsd: null,
  highUsd: null,
  asOf: hours(3),
  final: true,
  version: 1,
  ...change,
});

const nothing = new Float64Array(0);

const accountOf = ({ account, region, interpreter, session }: SessionBill, duplicates = 0): SessionAccount => ({
  key: { account, region, interpreter, session },
  sealed: null,
  open: {
    length: 0,
    at: nothing,
    elapsedSeconds: nothing,
    vcpuHours: nothing,
    gbHours: nothing,
    settled: 0,
    taken: { rows: 0 },
  },
  late: { records: [], unheld: 0, counted: 0 },
  lateUnverifiable: 0,
  duplicates,
});

export const entry = (
  revision: number,
  of: SessionBill,
  duplicates = 0,
  change: Partial<LedgerSession> = {},
): LedgerSession => ({
  revision,
  state: of.final ? "closed" : "open",
  account: accountOf(of, duplicates),
  bill: of,
  timeoutAt: hours(8),
  restatement: null,
  ...change,
});

/** As `open` of the ledger lists it. */
export const listed = ({ account, ...session }: LedgerSession): ListedSession => ({
  ...session,
  lastRecordAt: lastRecordAtOf(account),
});

export const open = (session: string, change: Partial<SessionBill> = {}): SessionBill =>
  bill(session, { final: false, version: 0, ...change });

/** Writes down what `accountOf` makes, with as much beside it as a test wants to store. */
export const accountText = (filling = ""): AccountText => ({
  encode: (account) => JSON.stringify({ key: account.key, duplicates: account.duplicates, filling }),
  decode: (text) => {
    const { key, duplicates } = JSON.parse(text) as Pick<SessionAccount, "key" | "duplicates">;
    return accountOf(bill("any", key), duplicates);
  },
});

export const foldedText: AccountText = { encode: writeAccount, decode: readAccount };
