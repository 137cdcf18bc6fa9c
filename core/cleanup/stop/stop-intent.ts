import type { SessionKey } from "../../billing/usage-record.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { StopRecord } from "../../ports/stops.ts";

export type IntentTerms = Pick<StopRecord, "plan" | "entry" | "override"> & {
  /** Counted over all plans, from 1: two runs that stop the same session at the same moment mean the same record. */
  readonly attempt: number;
  readonly now: Instant;
  /** In hex. */
  readonly sha256: (text: string) => string;
};

/** What is written before Stop is sent. */
export function intentOf({ plan, entry, override, attempt, now, sha256 }: IntentTerms): StopRecord {
  return {
    id: idOf(entry.key, attempt),
    revision: 0,
    key: entry.key,
    plan,
    attempt,
    // The same attempt at the same session has the same token, so that AWS does the work once, however often it is asked.
    clientToken: sha256(JSON.stringify([plan, entry.arn, entry.key.session, attempt])),
    entry,
    override,
    state: "intended",
    intendedAt: now,
    decidedAt: null,
    problem: null,
  };
}

const idOf = ({ account, region, interpreter, session }: SessionKey, attempt: number): string =>
  JSON.stringify([account, region, interpreter, session, attempt]);
