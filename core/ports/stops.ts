import type { SessionKey } from "../billing/usage-record.ts";
import type { PlanEntry } from "../cleanup/plan/plan.ts";
import type { RecordedOverride } from "../cleanup/stop/recorded-override.ts";
import type { StopAftermath } from "../cleanup/stop/stop-aftermath.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** `gone`: it had ended already, which is as good as stopped. `unsure`: it may or may not have worked; Get says. */
export type StopAnswer =
  | { readonly kind: "accepted" }
  | { readonly kind: "gone" }
  | { readonly kind: "unsure"; readonly problem: Problem }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Stops one session. The same token asks for the same stop, however often. Throws only when `signal` is aborted before it was sent. */
export type StopSession = (
  target: Target,
  interpreter: InterpreterId,
  session: SessionId,
  clientToken: string,
  signal: AbortSignal,
) => Promise<StopAnswer>;

/**
 * What is kept of one attempt to stop one session. Written as `intended` before Stop is sent, and with its outcome after;
 * a record that stays `intended` is a crash, and the next run finishes it. With a `problem` it is one whose Stop was sent, and whose
 * session was READY all the same, or could not be asked for: it may yet end, which a later run finds out. Kept 400 days.
 */
export interface StopRecord {
  /** Of session and attempt: of two runs that mean to stop a session at the same moment, one writes it. */
  readonly id: string;
  readonly revision: number;
  readonly key: SessionKey;
  readonly plan: string;
  readonly attempt: number;
  readonly clientToken: string;
  /** The plan's entry, with the evidence of the look just before the stop. */
  readonly entry: PlanEntry;
  /** Null: by policy. */
  readonly override: RecordedOverride | null;
  readonly state: "intended" | "stopped" | "already-gone" | "failed" | "abandoned";
  readonly intendedAt: Instant;
  readonly decidedAt: Instant | null;
  readonly problem: Problem | null;
  /** What records that came later say of it; absent until somebody has looked. */
  readonly aftermath?: StopAftermath;
}

/** How long adapters remember a stop: savings of a year can be added up, and a month more. */
export const keptStopMs = 400 * 24 * 3_600_000;

/**
 * One contract suite holds for every adapter. An adapter without transactions keeps `intendedAt` in the key of a mark: it must never
 * change once a record is written.
 */
export interface StopRecords {
  /** Answers `stale`, and writes nothing, where the stored revision is not that of the record; the stored one is then one higher. */
  readonly put: (record: StopRecord) => Promise<"written" | "stale">;
  readonly intended: (target: Target) => Promise<readonly StopRecord[]>;
  /** Intended at or after `from` and before `until`, oldest first. */
  readonly between: (target: Target, from: Instant, until: Instant) => Promise<readonly StopRecord[]>;
  readonly ofSession: (key: SessionKey) => Promise<readonly StopRecord[]>;
  /** Those that there are records of, whoever made them; there may be none of one of them, where a run was killed. */
  readonly targets: () => Promise<readonly Target[]>;
}
