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
import { sweep, type TargetSweep } from "../core/jobs/sweep/sweep.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../core/jobs/sweep/sweep-ports.ts";
import { accountId, region } from "../core/kernel/ids.ts";
import { instant } from "../core/kernel/instant.ts";
import { localClock } from "../local/clock.ts";
import { createWorld } from "../local/create-world.ts";
import { startLocalAws } from "../local/server.ts";
import { truthOf } from "../local/truth.ts";
import type { World } from "../local/world.ts";
import type { Bench, Figure } from "./bench.ts";
import { judgeStops, lastWorkOf, profileOf } from "./judge-stops.ts";
import { savingsFigures } from "./savings-figures.ts";
import { countedUsage, worldUsage } from "./world-usage.ts";

const minuteMs = 60_000;
const passMs = 15 * minuteMs;
const passes = 24 * 4;
const idleAfterMs = 15 * minuteMs;
const lagMs = 75 * minuteMs;
const targets: readonly Target[] = [
  { account: accountId("111122223333"), region: region("us-east-1") },
  { account: accountId("444455556666"), region: region("eu-central-1") },
];
const never = new AbortController().signal;

/** A day of a thousand sessions, every quarter of an hour of it swept; calls, listings and stops over HTTP. Held to the truth. */
export const sweepBench: Bench = {
  name: "sweep",
  about: "a day of clean-up over 1000 sessions, a good third of them leaks, held to the truth",
  run: benchSweep,
};

async function benchSweep(tell: (line: string) => void): Promise<readonly Figure[]> {
  const clock = localClock({ startAt: Date.UTC(2026, 10, 20), speed: 0 });
  const limits = { requestsPerSecond: 100_000, othersTimes: 1000 };
  const world = createWorld({ fleet: "thousand", seed: 7, clock, unknowns: {}, limits });
  const server = await startLocalAws({ world, port: 0 });
  const places = targets.map((target) => placeOf(world, target, clientsOf(server.url, target.account)));
  const startedAt = performance.now();
  const last: TargetSweep[] = [];
  try {
    for (let pass = 1; pass <= passes; pass += 1) {
      clock.advance(passMs);
      last.length = 0;
      for (const place of places) last.push(await place.pass());
      if (pass % 16 === 0) tell(`${pass / 4} h swept after ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  } finally {
    for (const { clients } of places) clients.close();
    await server.close();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const until = clock.now();
  const truth = truthOf(world, { work: { from: 0, until }, cost: true });
  const kept = await Promise.all(
    places.map(({ target, records }) => records.between(target, instant(0), instant(until))),
  );
  const stops = kept.flat();
  const { wrong, races, stopped } = judgeStops(stops, truth, idleAfterMs);
  const leaks = truth.sessions.filter((it) => profileOf(it) === "idle-leak");
  const slack = idleAfterMs + lagMs + 2 * passMs;
  const late = leaks
    .filter((it) => /^(agents|tenant)-/.test(it.interpreter))
    .filter((it) => Math.min(until, it.endedAt === null ? until : Date.parse(it.endedAt)) > lastWorkOf(it) + slack);
  const untold = leaks.filter(
    (it) => it.status === "READY" && lastWorkOf(it) + slack < until && !isTold(it.session, last),
  );
  tell(`races: ${races.length === 0 ? "none" : races.toSorted().join(" ")}`);
  for (const it of late.slice(0, 5))
    tell(`late: ${it.interpreter} ${it.session} ${it.createdAt} ${it.endedAt} ${it.endedBy}`);
  for (const it of untold.slice(0, 5)) tell(`untold: ${it.interpreter} ${it.session} ${reasonOf(it.session, last)}`);
  return [
    {
      what: "sessions that worked in the idleAfter before H, and were stopped",
      value: wrong.length,
      unit: "",
      atMost: 0,
    },
    {
      what: "leaks that can be proved, and lived longer than idleAfter, lag and two passes",
      value: late.length,
      unit: "",
      atMost: 0,
    },
    { what: "leaks alive at the end that are not told as unprovable", value: untold.length, unit: "", atMost: 0 },
    { what: "sessions stopped", value: stopped, unit: "" },
    {
      what: "requests for usage records, of a pass over both Regions",
      value: places.reduce((sum, { usageRequests }) => sum + usageRequests(), 0) / passes,
      unit: "",
    },
    { what: "races: work that began between H and the stop", value: races.length, unit: "" },
    {
      what: "races of what neither wakes by itself nor is called again",
      value: races.filter((profile) => profile !== "sleeper" && profile !== "returning").length,
      unit: "",
      atMost: 0,
    },
    ...savingsFigures(world, stops, truth, tell),
    { what: "time of the day", value: seconds, unit: "s", atMost: 60 },
  ];
}

const clientsOf = (endpoint: string, account: string): AwsClients =>
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

function placeOf(world: World, target: Target, clients: AwsClients) {
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

const reasonOf = (session: string, swept: readonly TargetSweep[]): string | undefined =>
  swept.flatMap(({ decided }) => decided).find(({ facts }) => facts.session.id === session)?.decision.reason;

const isTold = (session: string, swept: readonly TargetSweep[]): boolean =>
  ["unprovable", "expires-soon"].includes(reasonOf(session, swept) ?? "");
