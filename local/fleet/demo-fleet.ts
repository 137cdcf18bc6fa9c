import { type FleetInput, type FleetSpec, fleetSpec } from "./fleet-spec.ts";

const hour = 3600;
const day = 24 * hour;

/** Names as callers choose them, among them such that would harm a terminal, a page, a sheet or a query if shown raw. */
const friendlyNames = [
  "report builder",
  "chart-7",
  "user 4711",
  "nightly-etl",
  "notebook",
  "agent/run/42",
  "研究アシスタント",
];
const hostileNames = [
  "\u001b[31mred\u001b[0m\u001b]0;owned\u0007",
  "<img src=x onerror=alert(1)>",
  '=HYPERLINK("https://example.com","click")',
  "'; DROP TABLE sessions; --",
  "../../etc/passwd",
  "\u202egnp.exe",
  "{{7*7}} $(reboot) %s%n",
  "x".repeat(100),
];
/** One name that an agent framework takes up again and again. */
const reusedNames = ["support-agent"];

type Place = NonNullable<FleetInput["places"]>[number];

/** Lively and small: births and deaths for 24 hours after the start, and 30 days of past. */
export function demoFleet(): FleetSpec {
  const input: FleetInput = { places: [virginia, ireland, oregon, tokyo, secondAccount, notEnabledYet] };
  return fleetSpec.parse(input);
}

const virginia: Place = {
  region: "us-east-1",
  interpreters: [
    {
      name: "analyst",
      networkMode: "SANDBOX",
      description: "Answers questions about spreadsheets",
      tags: { team: "finance" },
    },
    {
      name: "etl_runner",
      networkMode: "VPC",
      description: "Nightly jobs",
      tags: { team: "data" },
      createdSeconds: -40 * day,
    },
    { name: "web_research", networkMode: "PUBLIC", tags: { team: "research" }, createdSeconds: -12 * day },
    { name: "support_bot", networkMode: "SANDBOX", tags: { team: "support" }, createdSeconds: -90 * day },
    { name: "playground", networkMode: "PUBLIC", usageLogs: false, createdSeconds: -2 * day },
    { name: "retired", networkMode: "SANDBOX", status: "DELETE_FAILED", usageLogs: false, createdSeconds: -100 * day },
  ],
  sessions: [
    {
      interpreter: "analyst",
      profile: "bursty",
      count: 760,
      createdSeconds: [-hour, day],
      timeoutSeconds: [900, 1800, 3600],
      stopAfterSeconds: [300, 2600],
      names: friendlyNames,
      bootLeadSeconds: [0, 40],
    },
    {
      interpreter: "analyst",
      profile: "idle-leak",
      count: 130,
      createdSeconds: [-8 * hour, day],
      timeoutSeconds: [3600, 28_800],
      names: [...friendlyNames, ...hostileNames],
      bootLeadSeconds: [360, 2580],
    },
    {
      interpreter: "etl_runner",
      profile: "async-job",
      count: 36,
      createdSeconds: [-8 * hour, day],
      timeoutSeconds: 28_800,
      stopAfterSeconds: [4 * hour, 8.2 * hour],
      names: ["nightly-etl"],
    },
    {
      interpreter: "web_research",
      profile: "steady",
      count: 160,
      createdSeconds: [-2 * hour, day],
      timeoutSeconds: [1800, 3600, 7200],
      stopAfterSeconds: [600, 5400],
      names: friendlyNames,
    },
    {
      interpreter: "web_research",
      profile: "steady",
      count: 18,
      createdSeconds: [-hour, -60],
      timeoutSeconds: 28_800,
      names: ["crawler"],
    },
    {
      interpreter: "web_research",
      profile: "hot-loop",
      count: 9,
      createdSeconds: [-4 * hour, day],
      timeoutSeconds: [7200, 28_800],
      names: hostileNames,
    },
    {
      interpreter: "support_bot",
      profile: "bursty",
      count: 220,
      createdSeconds: [-hour, day],
      timeoutSeconds: 1800,
      stopAfterSeconds: [60, 1750],
      names: reusedNames,
      bootLeadSeconds: [0, 600],
    },
    {
      interpreter: "support_bot",
      profile: "ephemeral",
      count: 600,
      createdSeconds: [-hour, day],
      timeoutSeconds: 900,
      stopAfterSeconds: [2, 20],
    },
    {
      interpreter: "playground",
      profile: "idle-leak",
      count: 110,
      createdSeconds: [-2 * hour, day],
      timeoutSeconds: [900, 3600, 7200],
      names: hostileNames,
    },
    { interpreter: "system", profile: "bursty", count: 180, createdSeconds: [-hour, day], timeoutSeconds: [900, 3600] },
    {
      interpreter: "analyst",
      profile: "bursty",
      count: 170,
      createdSeconds: [-30 * day, -hour],
      timeoutSeconds: 900,
      stopAfterSeconds: [60, 1200],
      names: friendlyNames,
    },
    {
      interpreter: "support_bot",
      profile: "ephemeral",
      count: 160,
      createdSeconds: [-30 * day, -hour],
      timeoutSeconds: 900,
      stopAfterSeconds: [2, 20],
      names: reusedNames,
    },
    {
      interpreter: "etl_runner",
      profile: "async-job",
      count: 12,
      createdSeconds: [-30 * day, -9 * hour],
      timeoutSeconds: 28_800,
      stopAfterSeconds: [2 * hour, 5 * hour],
    },
  ],
};

/** Near its session quota: below half of it at the start, beyond 30 within minutes, beyond 40 within half an hour. */
const ireland: Place = {
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

const oregon: Place = {
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
const tokyo: Place = {
  region: "ap-northeast-1",
  systemUsageLogs: false,
  sessions: [
    { interpreter: "system", profile: "steady", count: 48, createdSeconds: [-hour, day], timeoutSeconds: 3600 },
  ],
};

const secondAccount: Place = {
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
const notEnabledYet: Place = {
  account: "444455556666",
  region: "us-west-2",
  appliedQuotas: { sessions: 0, interpreters: null },
};
