import type { SandboxKind } from "../inventory/sandbox-kind.ts";
import { accountId, interpreterId, region, sessionId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { History } from "../ports/ledger.ts";
import { type SeenSession, sessionName } from "./focus-unclosed.ts";

const names = ["SubAccountId", "RegionId", "x_Interpreter", "ResourceId"] as const;

/**
 * Takes out of `records` the sessions that history has with rows after the window alone. One that began in the last seconds of a
 * month has all its charges in the next: it is settled, and lacks no figure of this one.
 */
export async function withoutSettledLater(
  history: Pick<History, "columns">,
  records: Map<string, SeenSession>,
  { until, kind }: { readonly until: Instant; readonly kind: Pick<SandboxKind, "maxTimeoutSeconds"> },
  signal: AbortSignal,
): Promise<void> {
  const longestMs = kind.maxTimeoutSeconds * 1000;
  const isNearEnd = ({ createdAt }: SeenSession): boolean => createdAt < until && createdAt >= until - longestMs;
  if (![...records.values()].some(isNearEnd)) return;
  for await (const { rows, columns } of history.columns(until, plusMs(until, longestMs + 3_600_000), names)) {
    signal.throwIfAborted();
    for (let row = 0; row < rows; row += 1) {
      const key = {
        account: accountId(columns.SubAccountId[row] ?? ""),
        region: region(columns.RegionId[row] ?? ""),
        interpreter: interpreterId(columns.x_Interpreter[row] ?? ""),
        session: sessionId(columns.ResourceId[row] ?? ""),
      };
      records.delete(sessionName(key));
    }
  }
}
