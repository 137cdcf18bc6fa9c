import type { DecideSettings } from "../../../cleanup/decision/decide.ts";
import type { CpuEvidence, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { PolicySet } from "../../../cleanup/policy/policy.ts";
import type { Session } from "../../../inventory/session.ts";
import type { Target } from "../../../inventory/target.ts";
import type { InterpreterId } from "../../../kernel/ids.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { CpuQuestion, ReadInterpreterCalls, ReadSessionCalls, ReadSessionCpu } from "../../../ports/activity.ts";

export interface EvidencePorts {
  readonly readInterpreterCalls: ReadInterpreterCalls;
  readonly readSessionCalls: ReadSessionCalls;
  readonly readSessionCpu: ReadSessionCpu;
  /** Hears how far the looks of a pass have come: of hundreds of sessions they take minutes. */
  readonly onLooks?: (progress: LookProgress) => void;
}

export interface LookProgress {
  readonly target: Target;
  readonly looked: number;
  readonly of: number;
}

export interface EvidenceInput extends DecideSettings {
  readonly policies: PolicySet;
  /** When the sessions were listed; absent: at the moment that evidence is gathered for. */
  readonly listedAt?: Instant | undefined;
  /** Of each interpreter that has sessions. */
  readonly arnOf: (interpreter: InterpreterId) => string | null;
  /** `whole` where a stop rests on it, or a person wants to see all of it. */
  readonly depth: CpuQuestion["depth"];
  /** `open`: of those that nothing else keeps. `all`: a person asks what one does, whatever keeps it. */
  readonly of: "open" | "all";
  /** How many sessions' usage records are read at most. */
  readonly looksAtMost: number;
  /** How old a session is at least that may be a runaway; null: nobody asks for runaways. */
  readonly runawayAfterMs: number | null;
  /** False: nothing is stopped in this pass, whatever policies say. */
  readonly act: boolean;
  /** What an earlier pass saw; null: nothing. */
  readonly remembered: (session: Session) => { readonly lookedAt: Instant; readonly cpu: CpuEvidence | Unknown } | null;
}
