import type { Target } from "../../core/inventory/target.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import type { SessionRecord, TargetChange } from "../../core/ports/registry.ts";

export const start = instant(Date.UTC(2026, 10, 20, 12));
export const minutes = (count: number): Instant => plusMs(start, count * 60_000);

export const here: Target = { account: accountId("111122223333"), region: region("us-east-1") };
export const there: Target = { account: accountId("111122223333"), region: region("eu-west-1") };

export const sessionRecord = (id: string, change: Partial<SessionRecord> = {}): SessionRecord => ({
  interpreter: interpreterId("aws.codeinterpreter.v1"),
  session: sessionId(id),
  name: "a name",
  createdAt: start,
  timeoutSeconds: 900,
  firstSeenAt: start,
  lastSeenAt: start,
  goneAt: null,
  lowUsd: "0.000000328125",
  highUsd: "0.070722222222",
  costAsOf: start,
  ...change,
});

export const event = (id: string, at: Instant = start): OutgoingEvent => ({
  id,
  at,
  detailType: "Quota Pressure Changed",
  detail: { version: "1", text: 'a "quoted" <b>name</b>\n' },
});

export const change = (parts: Partial<TargetChange> = {}): TargetChange => ({
  at: start,
  sessions: [],
  alerts: [],
  health: { level: "ok", since: start, recovering: null },
  newEvents: [],
  ...parts,
});
