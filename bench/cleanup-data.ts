import { matchOf } from "../adapters/config/policy-match-schema.ts";
import { evidenceOfMinutes } from "../core/cleanup/evidence/call-evidence.ts";
import type { CallEvidence, CpuEvidence, SessionEvidence, Unknown } from "../core/cleanup/evidence/evidence.ts";
import type { Policy, PolicySet } from "../core/cleanup/policy/policy.ts";
import type { Session } from "../core/inventory/session.ts";
import { accountId, interpreterId, region, sessionId } from "../core/kernel/ids.ts";
import { type Instant, plusMs } from "../core/kernel/instant.ts";
import { randomOf } from "./random.ts";

export interface Candidate {
  readonly session: Session;
  readonly evidence: SessionEvidence;
  readonly arn: string;
}

const minuteMs = 60_000;
const interpreters = 200;

/** Live sessions with evidence of every kind, and policies by interpreter and by name. The same for the same seed. */
export function cleanupData(
  count: number,
  seed: number,
  now: Instant,
): { readonly candidates: readonly Candidate[]; readonly set: PolicySet } {
  const random = randomOf(seed);
  const ago = (most: number): Instant => plusMs(now, -Math.round(random() * most * minuteMs));
  const missing: Unknown = { kind: "unknown", code: "failed", message: "The usage records could not be read." };
  const candidates = Array.from({ length: count }, (_, n): Candidate => {
    const createdAt = ago(400);
    const name = ["etl", "web", "nb", "demo"][n % 4] ?? "";
    return {
      session: {
        id: sessionId(`01SESSION${n.toString(36).toUpperCase()}`),
        name: `${name}-${n}`,
        status: "READY",
        createdAt,
        lastUpdatedAt: createdAt,
        target: { account: accountId("111122223333"), region: region(n % 2 === 0 ? "us-east-1" : "eu-west-1") },
        interpreter: interpreterId(`tool_${n % interpreters}-0123456789`),
        interpreterKind: "CUSTOM",
        timeoutSeconds: 28_800,
      },
      evidence: {
        cpu: random() < 0.1 ? missing : cpuOf(random, createdAt, now),
        calls: random() < 0.1 ? missing : callsOf(random, now),
        status: null,
        lastUpdatedAt: null,
      },
      arn: `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/tool_${n % interpreters}-0123456789`,
    };
  });
  return { candidates, set: policies() };
}

function cpuOf(random: () => number, createdAt: Instant, now: Instant): CpuEvidence {
  const until = plusMs(now, -Math.round((17 + random() * 40) * minuteMs));
  const lastBusyAt = plusMs(until, -Math.round(random() * 90 * minuteMs));
  const quietSince = random() < 0.2 ? null : lastBusyAt;
  const covered = { from: plusMs(createdAt, -2 * minuteMs), until };
  return {
    kind: "known",
    asOf: now,
    covered,
    quietSince,
    lastBusyAt,
    lastRecordAt: until,
    hotSince: null,
    memoryBytes: 2 ** 30,
  };
}

function callsOf(random: () => number, now: Instant): CallEvidence {
  const minutes = Array.from({ length: Math.floor(random() * 4) }, () => ({
    minuteAt: plusMs(now, -Math.round((10 + random() * 170) * minuteMs)),
    count: 1,
  }));
  const window = { from: plusMs(now, -180 * minuteMs), until: now };
  const completeUntil = plusMs(now, -4 * minuteMs);
  return evidenceOfMinutes(minutes, { asOf: now, of: "session", window, completeUntil, stamp: "unknown" });
}

function policies(): PolicySet {
  const base: Omit<Policy, "id" | "match"> = {
    hash: "0".repeat(64),
    mode: "enforce",
    idleAfterMs: 20 * minuteMs,
    minAgeMs: 10 * minuteMs,
    maxAgeMs: 360 * minuteMs,
    maxAgeStopsBusy: false,
    skipIfExpiresWithinMs: 10 * minuteMs,
    evidence: "strict",
    maxStopsPerPass: 100,
    breaker: { maxStops: 100_000, maxStopsPct: 100, windowMs: 60 * minuteMs },
  };
  const named = ["^etl-", "^web-", "^nb-"].map((name, n) => ({ ...base, id: `name-${n}`, match: matchOf({ name }) }));
  const owned = Array.from({ length: 16 }, (_, n) => ({
    ...base,
    id: `tool-${n}`,
    match: matchOf({ interpreter: `tool_${n}-0123456789` }),
  }));
  return {
    policies: [{ ...base, id: "all", match: matchOf({}) }, ...named, ...owned],
    protections: [{ source: "policy", match: matchOf({ name: "^demo-.*7$" }), until: null, why: "shown to visitors" }],
    invocationStamp: "unknown",
  };
}
