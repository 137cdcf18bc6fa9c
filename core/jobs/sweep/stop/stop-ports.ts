import type { SessionKey } from "../../../billing/usage-record.ts";
import type { Decision } from "../../../cleanup/decision/decision.ts";
import type { SessionEvidence } from "../../../cleanup/evidence/evidence.ts";
import type { PlanEntry } from "../../../cleanup/plan/plan.ts";
import type { Breaker, Protection } from "../../../cleanup/policy/policy.ts";
import type { SwitchStanding } from "../../../cleanup/stop/switch-standing.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { PoliciesRead } from "../../../ports/policies.ts";
import type { SandboxReader } from "../../../ports/sandboxes.ts";
import type { StopRecords, StopSession } from "../../../ports/stops.ts";
import type { PolicyStanding } from "./policy-in-force.ts";
import type { CapAnswer } from "./stop-cap.ts";

/** What a session looks like at one moment, and what is decided of it then. */
export interface SecondLook {
  readonly decision: Decision;
  readonly evidence: SessionEvidence;
}

/** `protection`: null where there is none. `policy`: of the one that the entry was made by. */
export type InForce =
  | { readonly kind: "read"; readonly protection: Protection | null; readonly policy: PolicyStanding }
  | Extract<PoliciesRead, { kind: "unread" }>;

export interface StopPorts {
  readonly clock: Clock;
  /** The switch, and what bars stops although it is armed. Throws only when `signal` is aborted. */
  readonly readStanding: (signal: AbortSignal) => Promise<SwitchStanding>;
  readonly getSession: SandboxReader["getSession"];
  readonly stopSession: StopSession;
  readonly records: StopRecords;
  /** Looks at a session that lives once more, with fresh evidence, and decides anew. Throws `RegistryError`, and when `signal` is aborted. */
  readonly lookAgain: (entry: PlanEntry, now: Instant, signal: AbortSignal) => Promise<SecondLook>;
  /** Whether anything is left of what may be stopped in all. Throws `RegistryError`. */
  readonly lookAtCap: (now: Instant) => Promise<CapAnswer>;
  /** Claims one stop of what may be stopped in all, in one conditional write. Throws `RegistryError`. */
  readonly claimStop: (key: SessionKey, now: Instant) => Promise<CapAnswer>;
  /** What policies and protections say of a session at this moment. Throws `RegistryError`. */
  readonly inForce: (entry: PlanEntry, now: Instant) => Promise<InForce>;
  /** SHA-256 in hex. */
  readonly sha256: (text: string) => string;
}

/** A person who stops a session whatever its policy says. */
export interface StopOverride {
  readonly by: string;
  readonly reason: string;
  /** Whether protections of policies and persons are overridden as well; the administrator's never are. */
  readonly protections: boolean;
  /** Why it is not known what policies say and protect; null where it is. */
  readonly policyUnread: string | null;
}

export interface StopOrder {
  readonly plan: string;
  readonly planMadeAt: Instant;
  readonly planExpiresAt: Instant;
  readonly entry: PlanEntry;
  /** How many sessions of its target may be stopped within a window, of how many; null where a person stops it. */
  readonly limit: { readonly breaker: Breaker; readonly live: number | null } | null;
  /** Null: by policy. */
  readonly override: StopOverride | null;
}
