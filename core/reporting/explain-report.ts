import type { Decision } from "../cleanup/decision/decision.ts";
import type { SessionEvidence } from "../cleanup/evidence/evidence.ts";
import type { Decided } from "../cleanup/plan/make-plan.ts";
import type { Policy } from "../cleanup/policy/policy.ts";
import { type WrittenOverride, writtenOverride } from "../cleanup/stop/recorded-override.ts";
import type { StopAftermath } from "../cleanup/stop/stop-aftermath.ts";
import { expiresAtOf, type Session } from "../inventory/session.ts";
import type { Replay } from "../jobs/sweep/explain-session.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import type { StopRecord } from "../ports/stops.ts";

/** docs/schemas/explain.schema.json: why a session was, or would be, stopped or kept. */
export interface ExplainReport {
  readonly asOf: string;
  readonly session: string;
  readonly interpreter: string;
  readonly account: string;
  readonly region: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** At the stop, or now. */
  readonly ageSeconds: number;
  /** Of its whole life, whatever it does; null where that is not known. */
  readonly timeoutSeconds: number | null;
  /** What was or is left of it. */
  readonly leftSeconds: number | null;
  /** `record`: as it was recorded with the last stop of it. `live`: as it is now. */
  readonly from: "record" | "live";
  readonly decision: WrittenDecision;
  readonly evidence: Written<SessionEvidence>;
  readonly policy: Readonly<Record<string, unknown>> | null;
  /** Null where it lives, or nothing protects it. */
  readonly protectedUntil: string | null;
  /** Of each attempt to stop it, oldest first. */
  readonly stops: readonly WrittenStop[];
  /** Whether the same decision comes out of the record; null where it is of now. */
  readonly replay: { readonly kind: Replay["kind"]; readonly decision: WrittenDecision | null } | null;
}

type Written<T> = T extends Instant ? string : T extends object ? { readonly [Key in keyof T]: Written<T[Key]> } : T;
type WrittenDecision = Written<Decision>;

interface WrittenStop {
  readonly attempt: number;
  readonly state: StopRecord["state"];
  readonly plan: string;
  readonly intendedAt: string;
  readonly decidedAt: string | null;
  readonly override: WrittenOverride | null;
  readonly problem: string | null;
  /** What records that came later say of it; null until somebody has looked. */
  readonly aftermath: Written<StopAftermath> | null;
}

export function explainRecord(
  record: StopRecord,
  all: readonly StopRecord[],
  replayed: Replay,
  now: Instant,
): ExplainReport {
  const { key, entry } = record;
  return {
    asOf: isoOf(now),
    session: key.session,
    interpreter: key.interpreter,
    account: key.account,
    region: key.region,
    name: entry.name,
    ...lifeOf(entry, record.intendedAt),
    from: "record",
    decision: written(entry.decision),
    evidence: written(entry.evidence),
    policy: replayed.kind === "no-rules" ? policyName(entry.policy) : policyOf(replayed.rules.policy),
    protectedUntil: null,
    stops: all.map(writtenStop),
    replay:
      replayed.kind === "no-rules"
        ? { kind: replayed.kind, decision: null }
        : { kind: replayed.kind, decision: written(replayed.decision) },
  };
}

export function explainLive({ facts, decision }: Decided, stops: readonly StopRecord[], now: Instant): ExplainReport {
  const { session, policy, evidence, protection } = facts;
  return {
    asOf: isoOf(now),
    session: session.id,
    interpreter: session.interpreter,
    account: session.target.account,
    region: session.target.region,
    name: session.name,
    ...lifeOf(session, now),
    from: "live",
    decision: written(decision),
    evidence: written(evidence),
    policy: policy === null ? null : policyOf(policy),
    protectedUntil: protection === null ? null : protection.until === null ? "for good" : isoOf(protection.until),
    stops: stops.map(writtenStop),
    replay: null,
  };
}

function lifeOf(session: Pick<Session, "createdAt" | "timeoutSeconds">, at: Instant) {
  const expiresAt = expiresAtOf(session);
  return {
    createdAt: isoOf(session.createdAt),
    expiresAt: expiresAt === null ? null : isoOf(expiresAt),
    ageSeconds: Math.max(0, Math.floor((at - session.createdAt) / 1000)),
    timeoutSeconds: session.timeoutSeconds,
    leftSeconds: expiresAt === null ? null : Math.max(0, Math.floor((expiresAt - at) / 1000)),
  };
}

const policyOf = ({ match: _, ...policy }: Omit<Policy, "match"> & { readonly match?: unknown }) => policy;

/** One that was stopped by hand may have had none. */
const policyName = (policy: StopRecord["entry"]["policy"]) => (policy.hash === "" ? null : policy);

const writtenStop = (record: StopRecord): WrittenStop => ({
  attempt: record.attempt,
  state: record.state,
  plan: record.plan,
  intendedAt: isoOf(record.intendedAt),
  decidedAt: record.decidedAt === null ? null : isoOf(record.decidedAt),
  override: writtenOverride(record.override),
  problem: record.problem?.message ?? null,
  aftermath: record.aftermath === undefined ? null : written(record.aftermath),
});

/** Instants end in `At`, or bound a span: those are the numbers that are written as dates. */
const instantNames = new Set([
  "asOf",
  "from",
  "until",
  "horizon",
  "idleSince",
  "quietSince",
  "hotSince",
  "inFlightUntil",
]);
const isInstantName = (name: string): boolean => name.endsWith("At") || name.endsWith("AsOf") || instantNames.has(name);

const written = <T>(value: T): Written<T> => writtenAt("", value) as Written<T>;

function writtenAt(name: string, value: unknown): unknown {
  if (typeof value === "number" && isInstantName(name)) return isoOf(value as Instant);
  if (Array.isArray(value)) return value.map((item) => writtenAt("", item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, writtenAt(key, member)]));
}
