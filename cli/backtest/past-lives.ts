import { existsSync } from "node:fs";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { PastEnd } from "../../core/cleanup/backtest/backtest-types.ts";
import { type Target, targetKey } from "../../core/inventory/target.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import type { CleanupInput } from "../cleanup/cleanup-input.ts";
import { withStores } from "../report/with-stores.ts";
import { sessionKeyText } from "./past-usage.ts";

/** What is remembered of a session's life. */
export interface PastLife {
  readonly key: SessionKey;
  readonly name: string | null;
  readonly createdAt: Instant;
  readonly timeoutSeconds: number | null;
  readonly end: PastEnd;
}

export type PastLives = ReadonlyMap<string, PastLife>;

const dayMs = 86_400_000;

/** Lives of sessions as `watch` saw them, of its targets and of those that have records; empty where there is no state. */
export async function livesOfState(
  { settings, accounts }: Pick<CleanupInput, "settings" | "accounts">,
  clients: () => AwsClients,
  recorded: readonly Target[],
  since: Instant,
  signal: AbortSignal,
): Promise<PastLives> {
  if (accounts.table === null && !existsSync(accounts.stateFile)) return new Map();
  return withStores({ settings, accounts }, clients(), signal, async ({ registry, history, targets }) => {
    const lives = new Map<string, PastLife>();
    const from = plusMs(since, -dayMs);
    for await (const bill of history.bills(from, instant(8.64e15))) {
      const { createdAt, endedAt, name, account, region, interpreter, session } = bill;
      if (createdAt === null || endedAt === null) continue;
      const key = { account, region, interpreter, session };
      lives.set(sessionKeyText(key), {
        key,
        name,
        createdAt,
        timeoutSeconds: null,
        end: { earliest: endedAt, latest: bill.endSource === "last-record" ? null : endedAt },
      });
    }
    const all = new Map([...(await targets()), ...recorded].map((target) => [targetKey(target), target]));
    for (const target of all.values()) {
      const { openSessions } = await registry.load(target);
      for (const record of [...openSessions, ...(await registry.goneSince(target, from))]) {
        const key = { ...target, interpreter: record.interpreter, session: record.session };
        lives.set(sessionKeyText(key), { key, ...lifeOf(record) });
      }
    }
    return lives;
  });
}

/** It was gone at some moment between the last listing that had it and the first that did not. */
const lifeOf = ({ name, createdAt, timeoutSeconds, lastSeenAt, goneAt }: SessionRecord): Omit<PastLife, "key"> => ({
  name,
  createdAt,
  timeoutSeconds,
  end: { earliest: lastSeenAt, latest: goneAt },
});
