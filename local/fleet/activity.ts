/**
 * What a session does, decided by its profile and a seed alone, so that usage, calls, metrics and truth all follow from
 * one state. Offsets are in milliseconds from the session's boot.
 */
export interface Activity {
  readonly profile: ActivityProfile;
  readonly seed: number;
}

export type ActivityProfile = "bursty" | "steady" | "idle-leak" | "async-job" | "hot-loop" | "ephemeral";
