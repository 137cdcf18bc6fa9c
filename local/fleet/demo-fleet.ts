import { virginia } from "./demo-virginia.ts";
import { type FleetInput, type FleetSpec, fleetSpec, type PlaceInput } from "./fleet-spec.ts";

const hour = 3600;
const day = 24 * hour;

/** Lively and small: births and deaths for 24 hours after the start, and 30 days of past. */
export function demoFleet(): FleetSpec {
  const input: FleetInput = { places: [virginia, ireland, oregon, tokyo, secondAccount, notEnabledYet] };
  return fleetSpec.parse(input);
}

/** Near its session quota: below half of it at the start, beyond 30 within minutes, beyond 40 within half an hour. */
const ireland: PlaceInput = {
  region: "eu-west-1",
  appliedQuotas: { sessions: 60, interpreters: null },
  interpreters: [
    { name: "batch", networkMode: "VPC", createdSeconds: -20 * day },
    { name: "grader", networkMode: "SANDBOX", createdSeconds: -5 * day },
  ],
  sessions: [
    {
      interpreter: "batch",
      profile: "steady",
      count: 26,
      createdSeconds: [-1200, -30],
      timeoutSeconds: 14_400,
      names: ["batch worker"],
    },
    {
      interpreter: "grader",
      profile: "idle-leak",
      count: 8,
      createdSeconds: [60, 480],
      timeoutSeconds: 10_800,
      names: ["exam"],
    },
    {
      interpreter: "grader",
      profile: "bursty",
      count: 10,
      createdSeconds: [600, 2400],
      timeoutSeconds: 7200,
      names: ["exam"],
    },
    {
      interpreter: "grader",
      profile: "bursty",
      count: 150,
      createdSeconds: [4 * hour, day],
      timeoutSeconds: [3600, 7200],
      names: ["exam"],
    },
    {
      interpreter: "grader",
      profile: "bursty",
      count: 40,
      createdSeconds: [-30 * day, -3 * hour],
      timeoutSeconds: 900,
    },
  ],
};

const oregon: PlaceInput = {
  region: "us-west-2",
  interpreters: [{ name: "staging", networkMode: "PUBLIC", usageLogs: false, createdSeconds: -3 * day }],
  sessions: [
    { interpreter: "staging", profile: "idle-leak", count: 40, createdSeconds: [-hour, day], timeoutSeconds: 3600 },
    {
      interpreter: "system",
      profile: "ephemeral",
      count: 120,
      createdSeconds: [-hour, day],
      stopAfterSeconds: [2, 15],
    },
  ],
};

/** The system interpreter alone. */
const tokyo: PlaceInput = {
  region: "ap-northeast-1",
  systemUsageLogs: false,
  sessions: [
    { interpreter: "system", profile: "steady", count: 48, createdSeconds: [-hour, day], timeoutSeconds: 3600 },
  ],
};

const secondAccount: PlaceInput = {
  account: "444455556666",
  region: "us-east-1",
  interpreters: [{ name: "tenant_a" }, { name: "tenant_b", networkMode: "PUBLIC" }],
  sessions: [
    {
      interpreter: "tenant_a",
      profile: "bursty",
      count: 120,
      createdSeconds: [-hour, day],
      timeoutSeconds: 1800,
      stopAfterSeconds: [300, 1700],
    },
    {
      interpreter: "tenant_b",
      profile: "idle-leak",
      count: 60,
      createdSeconds: [-2 * hour, day],
      timeoutSeconds: 7200,
    },
  ],
};

/** As seen on new accounts: an applied quota of 0, which means "not enabled here". */
const notEnabledYet: PlaceInput = {
  account: "444455556666",
  region: "us-west-2",
  appliedQuotas: { sessions: 0, interpreters: null },
};
