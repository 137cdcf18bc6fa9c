import { createHash } from "node:crypto";
import { awsInterpreterCalls } from "../../adapters/aws/interpreter-calls.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import { awsSessionCalls } from "../../adapters/aws/session-calls.ts";
import { awsStopSession } from "../../adapters/aws/stop-session.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { usageSourceOf } from "../../cli/accounts/compose.ts";
import type { PolicySet } from "../../core/cleanup/policy/policy.ts";
import type { Session } from "../../core/inventory/session.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { sweep } from "../../core/jobs/sweep/sweep.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../../core/jobs/sweep/sweep-ports.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { FleetInput } from "../../local/fleet/fleet-spec.ts";
import { truthOf } from "../../local/truth.ts";
import type { UnknownBehaviours } from "../../local/world.ts";
import { embedded, target } from "../aws/embedded.ts";
import { policy } from "./sweep-world.ts";

const never = new AbortController().signal;
const minuteMs = 60_000;

/** A fleet of the embedded AWS in one Region, and sweeps over it with the product's own adapters, over HTTP. */
export async function fleetWorld(
  fleet: FleetInput,
  options: {
    readonly unknowns?: Partial<UnknownBehaviours>;
    readonly policies?: Partial<PolicySet>;
    readonly startAt?: number;
  } = {},
) {
  const aws = await embedded(fleet, {
    unknowns: options.unknowns ?? {},
    othersTimes: 1000,
    limits: { requestsPerSecond: 100_000, othersTimes: 1000 },
    paceSpeed: 50,
    ...(options.startAt === undefined ? {} : { startAt: options.startAt }),
  });
  const here = target("us-east-1");
  const reader = awsSandboxReader(aws.clients);
  const documents = memoryDocuments();
  const now = (): Instant => instant(aws.world.clock.now());
  const killSwitch = storedKillSwitch(documents);
  await killSwitch.write({ state: "armed", by: "test", why: null, at: null }, never);
  const records = memoryStopRecords();
  const levels = { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" } as const;
  const ports: SweepPorts = {
    clock: {
      now,
      sleep: async (ms) => {
        aws.world.clock.advance(ms);
      },
    },
    readSwitch: killSwitch.read,
    getSession: reader.getSession,
    stopSession: awsStopSession(aws.clients),
    records,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    readInterpreterCalls: awsInterpreterCalls(aws.clients),
    readSessionCalls: awsSessionCalls(aws.clients),
    readSessionCpu: sessionCpu(
      { usage: usageSourceOf(aws.clients, { usageFrom: null, logGroup: null }), documents },
      levels,
    ),
    documents,
    readProtections: async () => [],
  };
  const timeouts = new Map<string, number | null>();
  const scan = async (): Promise<SweptTarget> => {
    const { items } = await reader.listInterpreters(here, never);
    const sessions: Session[] = [];
    for (const { id, kind } of items) {
      for (const session of (await reader.listReadySessions(here, id, never)).items) {
        if (!timeouts.has(session.id)) {
          const found = await reader.getSession(here, id, session.id, never);
          timeouts.set(session.id, found.kind === "found" ? found.value.timeoutSeconds : null);
        }
        const timeoutSeconds = timeouts.get(session.id) ?? null;
        sessions.push({ ...session, target: here, interpreter: id, interpreterKind: kind, timeoutSeconds });
      }
    }
    return { target: here, interpreters: items, sessions, readySessions: sessions.length };
  };
  const input: SweepInput = {
    idleVcpu: 0.02,
    invocationStamp: "unknown",
    policies: { policies: [policy()], protections: [], invocationStamp: "unknown", ...options.policies },
    cap: { maxStops: 1000, windowMs: 60 * minuteMs },
    planLifetimeMs: 15 * minuteMs,
    looksAtMost: 500,
    act: true,
    barred: [],
  };
  return {
    ...aws,
    records,
    ports,
    input,
    now,
    scan,
    advanceMinutes: (minutes: number) => aws.world.clock.advance(minutes * minuteMs),
    sweepNow: async (change: Partial<SweepInput> = {}, over: Partial<SweepPorts> = {}) =>
      sweep({ ...ports, ...over })(now(), { ...input, ...change }, await scan(), never),
    truth: (from: Instant, until: Instant) => truthOf(aws.world, { work: { from, until }, cost: false }),
  };
}
