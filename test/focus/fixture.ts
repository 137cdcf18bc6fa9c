// biome-ignore-all lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { attributionOf } from "../../adapters/config/attribution-of.ts";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { History } from "../../core/ports/ledger.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import type { FocusBatch, FocusRequest, FocusSource } from "../../core/reporting/focus-batches.ts";
import { focusBatches } from "../../core/reporting/focus-batches.ts";
import type { FocusRow, UnpricedRow } from "../../core/reporting/focus-columns.ts";
import { day, historyIn, prices } from "../history/fixture.ts";
import { bill, charge, entry, hours, listed } from "../ledger-store/bills.ts";

const target = { account: accountId("111122223333"), region: region("us-east-1") };

export const seen = (session: string, change: Partial<SessionRecord> = {}): SessionRecord => ({
  interpreter: interpreterId("tool-VbMl9Hi8I4"),
  session: sessionId(session),
  name: "a name",
  createdAt: hours(0),
  timeoutSeconds: 28_800,
  firstSeenAt: hours(0),
  lastSeenAt: hours(1),
  goneAt: null,
  lowUsd: null,
  highUsd: null,
  costAsOf: hours(1),
  ...change,
});

export interface Given {
  readonly closed?: readonly SessionBill[];
  readonly open?: readonly SessionBill[];
  readonly seen?: readonly SessionRecord[];
}

/** Closed bills, bills that can still change, and sessions that a scan saw, all but the closed ones of one target. */
export async function sourceOf(
  given: Given,
  store: FileStore = memoryStore(),
): Promise<FocusSource & { readonly history: History }> {
  const registry = memoryRegistry();
  await registry.commit(target, 0, {
    at: hours(2),
    sessions: given.seen ?? [],
    alerts: [],
    health: { level: "ok", since: hours(0), recovering: null },
    newEvents: [],
  });
  const history = historyIn(store);
  await history.write(given.closed ?? []);
  const ledger: FocusSource["ledger"] = { open: async () => (given.open ?? []).map((it) => listed(entry(1, it))) };
  return { history, ledger, registry, documents: memoryDocuments() };
}

export const requestOf = (change: Partial<FocusRequest> = {}): FocusRequest => ({
  now: hours(2),
  from: day(0),
  until: day(1),
  targets: [target],
  includes: () => true,
  kind: codeInterpreterKind,
  prices,
  gb: "binary",
  attribution: attributionOf([{ match: { name: "^(?P<team>[a-z]+)-" }, set: { team: "${team}" } }]),
  principalOf: () => null,
  billingAccount: null,
  ...change,
});

export async function exportOf(
  given: Given,
  change: Partial<FocusRequest> = {},
): Promise<{ readonly rows: readonly FocusRow[]; readonly unpriced: readonly UnpricedRow[] }> {
  const batches: FocusBatch[] = [];
  const { signal } = new AbortController();
  for await (const batch of focusBatches(await sourceOf(given), requestOf(change), signal)) batches.push(batch);
  return { rows: batches.flatMap(({ rows }) => rows), unpriced: batches.flatMap(({ unpriced }) => unpriced) };
}

/** A session with charges in these hours after noon of 20 November 2026, each of an odd number of units. */
export const charged = (session: string, at: readonly number[], change: Partial<SessionBill> = {}): SessionBill =>
  bill(session, {
    charges: at.map((hour, index) =>
      charge({
        hourAt: hours(hour),
        vcpuNs: 3_599_999_999_999n - BigInt(index * 7919),
        byteMs: 7_730_941_132_799_999n - BigInt(index * 104_729),
        idleByteMs: 1_234_567_890_123n,
        loggedByteMs: 7_730_941_132_700_000n,
        peakTaxByteMs: 77_777_777_777n,
      }),
    ),
    createdAt: hours(Math.min(...at)),
    endedAt: hours(Math.max(...at) + 1),
    ...change,
  });
