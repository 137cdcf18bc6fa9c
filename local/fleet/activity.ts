/**
 * What a session does, decided by its profile and a seed alone, so that usage, calls, metrics and truth all follow from
 * one state.
 */
export interface Activity {
  readonly profile: ActivityProfile;
  readonly seed: number;
  /** When the caller first came, whose visits a `returning` session is one part of; null: with the session. */
  readonly originAt?: number;
}

/** `client`: nothing by plan; all its work comes from the calls that real clients make. */
export type ActivityProfile = PlannedProfile | "client";

export type PlannedProfile = (typeof plannedProfiles)[number];

export const plannedProfiles = [
  "bursty",
  "steady",
  "idle-leak",
  "async-job",
  "hot-loop",
  "ephemeral",
  "sleeper",
  "trickle",
  "returning",
] as const;
