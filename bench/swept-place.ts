import { createHash } from "node:crypto";
import { type AwsClients, awsClients } from "../adapters/aws/clients.ts";
import { awsInterpreterCalls } from "../adapters/aws/interpreter-calls.ts";
import { awsSandboxReader } from "../adapters/aws/sandbox-reader.ts";
import { awsSessionCalls } from "../adapters/aws/session-calls.ts";
import { awsStopSession } from "../adapters/aws/stop-session.ts";
import { memoryDocuments } from "../adapters/memory/documents.ts";
import { memoryStopRecords } from "../adapters/memory/stop-records.ts";
import type { Policy } from "../core/cleanup/policy/policy.ts";
import type { Session } from "../core/inventory/session.ts";
import type { Target } from "../core/inventory/target.ts";
import { sessionCpu } from "../core/jobs/sweep/evidence/session-cpu.ts";
import { sweep } from "../core/jobs/sweep/sweep.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../core/jobs/sweep/sweep-ports.ts";
import { instant } from "../core/kernel/instant.ts";
import type { World } from "../local/world.ts";
import { countedUsage, worldUsage } from "./world-usage.ts";

const minuteMs = 60_000;
export const idleAfterMs = 15 * minuteMs;
const never = new AbortController().signal;

/** A target of a world, and passes over it with the product's adapters over HTTP; all that is kept is in memory. */
export function sweptPlace(world: World, target: Target, clients: AwsClients) {
  const records = memoryStopRecords();
  const documents = memoryDocuments();
  const reader = awsSandboxReader(clients);
  const { usage, requests } = countedUsage(worldUsage(world));
  const levels = { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" } as const;
  const now = () => instant(world.clock.now());
  const ports: SweepPorts = {
    clock: { now, sleep: async (ms) => void world.clock.advance(ms) },
    readSwitch: async () => ({ state: "armed", by: null, why: null, at: null, settingId: null }),
    getSession: reader.getSession,
    stopSession: awsStopSession(clients),
    records,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    readInterpreterCalls: awsInterpreterCalls(clients),
    readSessionCalls: awsSessionCalls(clients),
    readSessionCpu: sessionCpu({ usage, documents }, levels),
    documents,
    readProtections: async () => [],
  };
  const timeouts = new Map<string, number | null>();
  const scan = async (): Promise<SweptTarget> => {
    const { items } = await reader.listInterpreters(target, never);
    const sessions: Session[] = [];
    for (const { id, kind } of items) {
      for (const session of (await reader.listReadySessions(target, id, never)).items) {
        if (!timeouts.has(session.id)) {
          const found = await reader.getSession(target, id, session.id, never);
          timeouts.set(session.id, found.kind === "found" ? found.value.timeoutSeconds : null);
        }
        const timeoutSeconds = timeouts.get(session.id) ?? null;
        sessions.push({ ...session, target, interpreter: id, interpreterKind: kind, timeoutSeconds });
      }
    }
    return { target, interpreters: items, sessions, readySessions: sessions.length };
  };
  return {
    target,
    clients,
    records,
    usageRequests: requests,
    pass: async () => sweep(ports)(now(), input, await scan(), never),
  };
}

export const clientsOf = (endpoint: string, account: string): AwsClients =>
  awsClients({
    version: "0.0.0",
    requestsPerSecond: 100_000,
    rateShare: 1,
    // The pace that AWS's services ask for is none of the work that is measured.
    clock: {
      now: () => performance.now() * 100,
      after: (ms, run) => {
        const timer = setTimeout(run, ms / 100);
        return () => clearTimeout(timer);
      },
    },
    embedded: { endpoint, accessKeyId: account, secretAccessKey: "embedded", othersTimes: 1000 },
  });

const policy: Policy = {
  id: "day",
  hash: "day",
  match: { account: null, region: null, interpreter: null, session: null, name: null },
  mode: "enforce",
  idleAfterMs,
  minAgeMs: 5 * minuteMs,
  maxAgeMs: null,
  maxAgeStopsBusy: false,
  skipIfExpiresWithinMs: 5 * minuteMs,
  evidence: "strict",
  maxStopsPerPass: 100,
  breaker: { maxStops: 1000, maxStopsPct: 100, windowMs: 60 * minuteMs },
};

const input: SweepInput = {
  idleVcpu: 0.02,
  invocationStamp: "unknown",
  barred: [],
  policies: { policies: [policy], protections: [], invocationStamp: "unknown" },
  cap: { maxStops: 1000, windowMs: 60 * minuteMs },
  planLifetimeMs: 15 * minuteMs,
  looksAtMost: 500,
  act: true,
};
