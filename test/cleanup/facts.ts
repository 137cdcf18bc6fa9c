import type { SessionFacts } from "../../core/cleanup/decision/decision.ts";
import type { CallEvidence, CpuEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { Policy, Protection, SessionMatch } from "../../core/cleanup/policy/policy.ts";
import type { Session } from "../../core/inventory/session.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";

/** Minute 0 of every table: a session was created then, and `now` is some hours later. */
export const start = instant(Date.parse("2026-11-20T12:00:00Z"));
export const minute = (n: number): Instant => plusMs(start, Math.round(n * 60_000));
export const minutes = (n: number): number => n * 60_000;

export const everySession: SessionMatch = { account: null, region: null, interpreter: null, session: null, name: null };

export const session = (changes: Partial<Session> = {}): Session => ({
  id: sessionId("01SESSION"),
  name: "etl-7",
  status: "READY",
  createdAt: minute(0),
  lastUpdatedAt: minute(0),
  target: { account: accountId("111122223333"), region: region("us-east-1") },
  interpreter: interpreterId("etl_runner-JVcygpdywt"),
  interpreterKind: "CUSTOM",
  timeoutSeconds: 8 * 3600,
  ...changes,
});

export const policy = (changes: Partial<Policy> = {}): Policy => ({
  id: "idle",
  hash: "0".repeat(64),
  match: everySession,
  mode: "enforce",
  idleAfterMs: minutes(10),
  minAgeMs: minutes(5),
  maxAgeMs: null,
  maxAgeStopsBusy: false,
  skipIfExpiresWithinMs: minutes(15),
  evidence: "strict",
  maxStopsPerPass: 10,
  breaker: { maxStops: 100, maxStopsPct: 100, windowMs: minutes(60) },
  ...changes,
});

export const protection = (changes: Partial<Protection> = {}): Protection => ({
  match: everySession,
  until: null,
  source: "policy",
  why: "a customer waits for it",
  ...changes,
});

/** CPU that was quiet from the start to minute 100. */
export const cpu = (changes: Partial<CpuEvidence> = {}): CpuEvidence => ({
  kind: "known",
  asOf: minute(120),
  covered: { from: minute(0), until: minute(100) },
  quietSince: minute(0),
  lastBusyAt: null,
  lastRecordAt: minute(100),
  hotSince: null,
  memoryBytes: 2 ** 30,
  ...changes,
});

/** No call from the start to minute 115. */
export const calls = (changes: Partial<CallEvidence> = {}): CallEvidence => ({
  kind: "known",
  asOf: minute(120),
  of: "interpreter",
  window: { from: minute(0), until: minute(120) },
  inFlightUntil: minute(115),
  maybeInFlight: [],
  ...changes,
});

export const unknown = (code: Unknown["code"]): Unknown => ({ kind: "unknown", code, message: `Missing: ${code}.` });

export interface FactsChanges {
  readonly session?: Partial<Session>;
  readonly policy?: Partial<Policy> | null;
  readonly protection?: Partial<Protection>;
  readonly cpu?: Partial<CpuEvidence> | Unknown;
  readonly calls?: Partial<CallEvidence> | Unknown;
  readonly status?: SessionFacts["evidence"]["status"];
  readonly lastUpdatedAt?: Instant | null;
}

/** A session that is idle beyond doubt at minute 120, with what is changed. */
export const facts = (changes: FactsChanges = {}): SessionFacts => ({
  session: session(changes.session),
  policy: changes.policy === null ? null : policy(changes.policy),
  protection: changes.protection === undefined ? null : protection(changes.protection),
  evidence: {
    cpu: changes.cpu?.kind === "unknown" ? changes.cpu : cpu(changes.cpu),
    calls: changes.calls?.kind === "unknown" ? changes.calls : calls(changes.calls),
    status: changes.status ?? null,
    lastUpdatedAt: changes.lastUpdatedAt ?? null,
  },
});
