import { type FleetInput, type FleetSpec, fleetSpec, type PlaceInput } from "./fleet-spec.ts";

const hour = 3600;
const live: [number, number] = [-hour, 0];
const eightHours = 8 * hour;

/**
 * Small, and with one of everything that clean-up meets: interpreters whose usage streams, comes at teardown or not at all,
 * with and without logs and spans of single calls, and every profile. About 60 sessions live at the start.
 */
export function cleanupFleet(): FleetSpec {
  const input: FleetInput = { places: [virginia, ireland] };
  return fleetSpec.parse(input);
}

const virginia: PlaceInput = {
  region: "us-east-1",
  interpreters: [
    // All that can be known is known.
    { name: "proven", applicationLogs: true, traces: true, tags: { team: "research" } },
    // Busy, and no call of it can be told to belong to a session.
    { name: "crowded", tags: { team: "finance" } },
    // As little known, but hardly ever called.
    { name: "quiet", tags: { team: "data" } },
    { name: "teardown", usageDelivery: "at-teardown", traces: true },
    { name: "dark", usageLogs: false, applicationLogs: true },
    { name: "blind", usageLogs: false },
  ],
  sessions: [
    {
      interpreter: "proven",
      profile: "idle-leak",
      count: 10,
      createdSeconds: live,
      timeoutSeconds: eightHours,
      names: ["desk"],
    },
    { interpreter: "proven", profile: "bursty", count: 4, createdSeconds: live, timeoutSeconds: 4 * hour },
    { interpreter: "proven", profile: "steady", count: 2, createdSeconds: live, timeoutSeconds: 4 * hour },
    { interpreter: "proven", profile: "async-job", count: 3, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "proven", profile: "hot-loop", count: 1, createdSeconds: live, timeoutSeconds: 2 * hour },
    { interpreter: "proven", profile: "sleeper", count: 4, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "proven", profile: "trickle", count: 2, createdSeconds: live, timeoutSeconds: eightHours },
    // Some find their session timed out, others only where somebody stopped it.
    ...[hour, eightHours].map((timeoutSeconds) => ({
      interpreter: "proven",
      profile: "returning" as const,
      count: 2,
      createdSeconds: live,
      timeoutSeconds,
      names: ["visitor-1", "visitor-2", "visitor-3"],
    })),
    {
      interpreter: "proven",
      profile: "ephemeral",
      count: 4,
      createdSeconds: [-900, 0],
      timeoutSeconds: 900,
      names: ["job-a", "job-b"],
      reusedAfterSeconds: [30, 600],
      reusedTimes: 6,
    },
    {
      interpreter: "proven",
      profile: "idle-leak",
      count: 8,
      createdSeconds: [0, 4 * hour],
      timeoutSeconds: eightHours,
    },
    { interpreter: "crowded", profile: "idle-leak", count: 4, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "crowded", profile: "steady", count: 3, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "quiet", profile: "idle-leak", count: 6, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "quiet", profile: "async-job", count: 1, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "quiet", profile: "sleeper", count: 2, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "teardown", profile: "idle-leak", count: 4, createdSeconds: live, timeoutSeconds: 4 * hour },
    { interpreter: "teardown", profile: "bursty", count: 1, createdSeconds: live, timeoutSeconds: 4 * hour },
    // Ended ones, whose records have come: so it shows that they do come.
    {
      interpreter: "teardown",
      profile: "bursty",
      count: 2,
      createdSeconds: [-5 * hour, -3 * hour],
      timeoutSeconds: 900,
    },
    { interpreter: "dark", profile: "idle-leak", count: 3, createdSeconds: live, timeoutSeconds: 4 * hour },
    { interpreter: "blind", profile: "idle-leak", count: 2, createdSeconds: live, timeoutSeconds: 4 * hour },
  ],
};

/** Another account, whose usage logs are files. */
const ireland: PlaceInput = {
  account: "444455556666",
  region: "eu-west-1",
  interpreters: [
    { name: "tenant", usageLogs: { bucket: "cleanup-usage-444455556666" }, traces: true, tags: { team: "tenant" } },
  ],
  sessions: [
    { interpreter: "tenant", profile: "idle-leak", count: 4, createdSeconds: live, timeoutSeconds: eightHours },
    { interpreter: "tenant", profile: "bursty", count: 2, createdSeconds: live, timeoutSeconds: 2 * hour },
    {
      interpreter: "tenant",
      profile: "returning",
      count: 1,
      createdSeconds: live,
      timeoutSeconds: eightHours,
      names: ["tenant/desk"],
    },
  ],
};
