import { type FleetInput, type FleetSpec, fleetSpec, type PlaceInput } from "./fleet-spec.ts";

const hour = 3600;
const day: [number, number] = [0, 24 * hour];
const eightHours = 8 * hour;

/** A day of 1000 sessions, born all through it, a good third of them leaks; those of callers who come back are not counted. */
export function thousandFleet(): FleetSpec {
  const input: FleetInput = { places: [virginia, frankfurt] };
  return fleetSpec.parse(input);
}

const virginia: PlaceInput = {
  region: "us-east-1",
  interpreters: [
    { name: "agents", applicationLogs: true, traces: true, tags: { team: "agents" } },
    { name: "batch", tags: { team: "data" } },
    { name: "teardown", usageDelivery: "at-teardown", traces: true },
    { name: "dark", usageLogs: false, traces: true },
  ],
  sessions: [
    {
      interpreter: "agents",
      profile: "idle-leak",
      count: 200,
      createdSeconds: day,
      timeoutSeconds: [hour, eightHours],
      names: ["desk"],
    },
    {
      interpreter: "agents",
      profile: "bursty",
      count: 150,
      createdSeconds: day,
      timeoutSeconds: 2 * hour,
      stopAfterSeconds: [300, 5400],
    },
    {
      interpreter: "agents",
      profile: "steady",
      count: 60,
      createdSeconds: day,
      timeoutSeconds: hour,
      stopAfterSeconds: [300, 3000],
    },
    {
      interpreter: "agents",
      profile: "ephemeral",
      count: 150,
      createdSeconds: day,
      stopAfterSeconds: [2, 30],
      names: ["one-shot"],
    },
    {
      interpreter: "agents",
      profile: "returning",
      count: 30,
      createdSeconds: [0, 16 * hour],
      timeoutSeconds: eightHours,
      names: ["visitor-1", "visitor-2", "visitor-3", "visitor-4"],
    },
    { interpreter: "agents", profile: "sleeper", count: 20, createdSeconds: day, timeoutSeconds: eightHours },
    { interpreter: "agents", profile: "trickle", count: 10, createdSeconds: day, timeoutSeconds: eightHours },
    { interpreter: "agents", profile: "async-job", count: 30, createdSeconds: day, timeoutSeconds: eightHours },
    { interpreter: "agents", profile: "hot-loop", count: 5, createdSeconds: day, timeoutSeconds: hour },
    { interpreter: "batch", profile: "async-job", count: 40, createdSeconds: day, timeoutSeconds: eightHours },
    { interpreter: "batch", profile: "idle-leak", count: 60, createdSeconds: day, timeoutSeconds: eightHours },
    { interpreter: "teardown", profile: "bursty", count: 40, createdSeconds: day, timeoutSeconds: hour },
    { interpreter: "teardown", profile: "idle-leak", count: 40, createdSeconds: day, timeoutSeconds: 4 * hour },
    { interpreter: "dark", profile: "idle-leak", count: 30, createdSeconds: day, timeoutSeconds: 4 * hour },
    { interpreter: "dark", profile: "steady", count: 15, createdSeconds: day, timeoutSeconds: hour },
  ],
};

const frankfurt: PlaceInput = {
  account: "444455556666",
  region: "eu-central-1",
  interpreters: [{ name: "tenant", traces: true, tags: { team: "tenant" } }],
  sessions: [
    { interpreter: "tenant", profile: "idle-leak", count: 60, createdSeconds: day, timeoutSeconds: eightHours },
    {
      interpreter: "tenant",
      profile: "bursty",
      count: 60,
      createdSeconds: day,
      timeoutSeconds: hour,
      stopAfterSeconds: [300, 3000],
    },
  ],
};
