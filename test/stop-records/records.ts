import type { Target } from "../../core/inventory/target.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { StopRecord } from "../../core/ports/stops.ts";

export const here: Target = { account: accountId("111122223333"), region: region("us-east-1") };
export const there: Target = { account: accountId("111122223333"), region: region("eu-west-1") };
export const noon = Date.UTC(2026, 10, 20, 12);
export const minutes = (count: number): Instant => instant(noon + count * 60_000);

/** A stop that was intended, `at` so many minutes after noon, with all members in use. */
export function intended(session: string, at: number, change: Partial<StopRecord> = {}, target = here): StopRecord {
  const key = { ...target, interpreter: interpreterId("tool-VbMl9Hi8I4"), session: sessionId(session) };
  return {
    id: `plan/p1/${target.account}/${target.region}/${key.interpreter}/${session}/1`,
    revision: 0,
    key,
    plan: "p1",
    attempt: 1,
    clientToken: "0".repeat(64),
    entry: {
      key,
      arn: "arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/tool-VbMl9Hi8I4",
      interpreterKind: "CUSTOM",
      name: "a name",
      createdAt: minutes(-120),
      timeoutSeconds: 28_800,
      policy: { id: "usual", hash: "abc" },
      decision: {
        action: "stop",
        reason: "idle-observed",
        text: "It has been idle for 40 minutes.",
        horizon: minutes(-20),
        idleSince: minutes(-60),
        dueAt: null,
      },
      evidence: {
        cpu: {
          kind: "known",
          asOf: minutes(0),
          covered: { from: minutes(-100), until: minutes(-20) },
          quietSince: minutes(-60),
          lastBusyAt: minutes(-60),
          lastRecordAt: minutes(-20),
          hotSince: null,
          memoryBytes: 1_300_000_000,
        },
        calls: {
          kind: "known",
          asOf: minutes(0),
          of: "interpreter",
          window: { from: minutes(-100), until: minutes(-4) },
          inFlightUntil: minutes(-19),
          maybeInFlight: [{ from: minutes(-100), until: minutes(-69) }],
        },
        status: "READY",
        lastUpdatedAt: null,
      },
      digest: "d".repeat(64),
    },
    override: null,
    state: "intended",
    intendedAt: minutes(at),
    decidedAt: null,
    problem: null,
    ...change,
  };
}

/** As the store has it after so many writes. */
export const stored = (record: StopRecord, revision: number): StopRecord => ({ ...record, revision });

export const done = (record: StopRecord, state: StopRecord["state"], revision = 1): StopRecord => ({
  ...record,
  state,
  revision,
  decidedAt: instant(record.intendedAt + 5000),
});
