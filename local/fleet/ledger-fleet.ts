import { type FleetInput, type FleetSpec, fleetSpec, type PlaceInput } from "./fleet-spec.ts";

const hour = 3600;

/**
 * Small, and with one of everything that a ledger of costs meets: two accounts in two Regions, one of which has no published
 * price. All of its sessions end within three hours of the start.
 */
export function ledgerFleet(): FleetSpec {
  const input: FleetInput = { places: [virginia, saoPaulo, secondVirginia, secondSaoPaulo] };
  return fleetSpec.parse(input);
}

const tags = (team: string, env: string): Record<string, string> => ({ team, env, "cost-center": `cc-${team}` });

const virginia: PlaceInput = {
  region: "us-east-1",
  trail: { bucket: "ledger-trail-111122223333", prefix: "org" },
  interpreters: [
    { name: "analyst", tags: tags("finance", "prod") },
    // No record of these sessions exists anywhere but in the metrics of the interpreter.
    { name: "dark", usageLogs: false, tags: tags("research", "dev") },
    {
      name: "archive",
      usageLogs: { bucket: "ledger-usage-111122223333", prefix: "agentcore" },
      tags: tags("data", "prod"),
    },
    { name: "renamed", usageLogs: { logGroup: "/team/sandboxes/usage" }, tags: tags("platform", "prod") },
    { name: "deleted", usageLogs: { state: "missing" }, tags: tags("platform", "dev") },
    { name: "locked", usageLogs: { state: "unreadable" } },
    { name: "brief_memory", usageLogs: { retentionDays: 1 } },
  ],
  sessions: [
    {
      interpreter: "analyst",
      profile: "bursty",
      count: 6,
      createdSeconds: [-6 * hour, hour],
      timeoutSeconds: [900, 1800],
      names: ["finance/monthly-close", "finance/forecast", "=1+1"],
    },
    // Booted 43 minutes before anybody asked for it.
    {
      interpreter: "analyst",
      profile: "idle-leak",
      count: 2,
      createdSeconds: [-5 * hour, -2 * hour],
      timeoutSeconds: 3600,
      bootLeadSeconds: 2580,
      names: ["finance/warm-pool"],
    },
    // Born and gone within seconds: no scan ever sees them live.
    {
      interpreter: "system",
      profile: "ephemeral",
      count: 20,
      createdSeconds: [-4 * hour, hour],
      stopAfterSeconds: [0.4, 9],
      names: ["one-shot"],
    },
    { interpreter: "dark", profile: "steady", count: 2, createdSeconds: [-4 * hour, -hour], timeoutSeconds: 1200 },
    { interpreter: "archive", profile: "bursty", count: 3, createdSeconds: [-5 * hour, 0], timeoutSeconds: 1200 },
    { interpreter: "renamed", profile: "steady", count: 2, createdSeconds: [-3 * hour, 0], timeoutSeconds: 900 },
    { interpreter: "deleted", profile: "bursty", count: 1, createdSeconds: -2 * hour, timeoutSeconds: 900 },
    { interpreter: "locked", profile: "bursty", count: 1, createdSeconds: -2 * hour, timeoutSeconds: 900 },
    { interpreter: "brief_memory", profile: "bursty", count: 1, createdSeconds: -30 * hour, timeoutSeconds: 900 },
    { interpreter: "brief_memory", profile: "bursty", count: 1, createdSeconds: -2 * hour, timeoutSeconds: 900 },
  ],
};

/** Has the tools, and no published price. */
const saoPaulo: PlaceInput = {
  region: "sa-east-1",
  interpreters: [{ name: "unpriced", tags: tags("research", "prod") }],
  sessions: [
    { interpreter: "unpriced", profile: "bursty", count: 2, createdSeconds: [-4 * hour, -hour], timeoutSeconds: 1200 },
  ],
};

const secondVirginia: PlaceInput = {
  account: "444455556666",
  region: "us-east-1",
  interpreters: [{ name: "tenant_a", tags: { team: "tenant-a" } }, { name: "tenant_b" }],
  sessions: [
    {
      interpreter: "tenant_a",
      profile: "bursty",
      count: 4,
      createdSeconds: [-5 * hour, hour],
      timeoutSeconds: 1200,
      stopAfterSeconds: [60, 1100],
      names: ["tenant-a/run"],
    },
    { interpreter: "tenant_b", profile: "async-job", count: 1, createdSeconds: -4 * hour, timeoutSeconds: 5400 },
  ],
};

const secondSaoPaulo: PlaceInput = {
  account: "444455556666",
  region: "sa-east-1",
  systemUsageLogs: false,
  sessions: [
    { interpreter: "system", profile: "ephemeral", count: 5, createdSeconds: [-3 * hour, 0], stopAfterSeconds: [1, 5] },
  ],
};
