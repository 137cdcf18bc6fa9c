import { createHash } from "node:crypto";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { evidenceOfMinutes } from "../../core/cleanup/evidence/call-evidence.ts";
import type { Policy, PolicySet } from "../../core/cleanup/policy/policy.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { stoppedUsage } from "../../core/jobs/sweep/regret/stopped-usage.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { sweep, type TargetSweep } from "../../core/jobs/sweep/sweep.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../../core/jobs/sweep/sweep-ports.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { ReadStoppedUsage } from "../../core/ports/activity.ts";
import type { StopAnswer, StopRecord } from "../../core/ports/stops.ts";
import { found, none } from "../accounts/settle-fixture.ts";
import { endOf, here, type Life, sessionOf, tool, usageOf } from "./lives.ts";

export const never = new AbortController().signal;
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const minuteMs = 60_000;

export const policy = (change: Partial<Policy> = {}): Policy => ({
  id: "usual",
  hash: "usual-1",
  match: { account: null, region: null, interpreter: null, session: null, name: null },
  mode: "enforce",
  idleAfterMs: 15 * minuteMs,
  minAgeMs: 5 * minuteMs,
  maxAgeMs: null,
  maxAgeStopsBusy: false,
  skipIfExpiresWithinMs: 5 * minuteMs,
  evidence: "strict",
  maxStopsPerPass: 100,
  breaker: { maxStops: 1000, maxStopsPct: 100, windowMs: 60 * minuteMs },
  ...change,
});

export const inputOf = (change: Partial<SweepInput> = {}, policies: Partial<PolicySet> = {}): SweepInput => ({
  idleVcpu: 0.02,
  invocationStamp: "start",
  policies: { policies: [policy()], protections: [], invocationStamp: "start", ...policies },
  cap: { maxStops: 1000, windowMs: 60 * minuteMs },
  planLifetimeMs: 15 * minuteMs,
  looksAtMost: 500,
  act: true,
  barred: [],
  ...change,
});

/** What Stop answers, and whether it has its effect. */
export type Scripted = { readonly answer: StopAnswer; readonly works: boolean };

export interface Asked {
  readonly op: "stop" | "get" | "intent" | "outcome";
  readonly session: string;
  readonly at: Instant;
  readonly token?: string;
  readonly state?: StopRecord["state"];
  readonly worked?: boolean;
  readonly ready?: boolean;
}

export interface World {
  /** True time; what the machine says is that plus `clockAheadMs`. */
  at: Instant;
  clockAheadMs: number;
  readonly lives: Map<string, Life>;
  /** By session: when a Stop had its effect. */
  readonly stopped: Map<string, Instant>;
  /** Answers of the next Stops, first first; then each works. */
  readonly script: Scripted[];
  /** How long Get goes on to say READY after a stop. */
  settlingMs: number;
  usage: "streaming" | "off" | "at-teardown";
  /** Of the records' arrival. */
  lagMs: number;
  /** Stops of a length of time at whose ends something happens, so that a test changes the world between two steps. */
  onAsked: (asked: Asked) => void;
  readonly asked: Asked[];
  protections: PolicySet["protections"];
  readonly ports: SweepPorts;
  /** Of sessions that were stopped, by what has come of their records. */
  readonly readStoppedUsage: ReadStoppedUsage;
  readonly arm: (state: "armed" | "disarmed") => Promise<unknown>;
  readonly scan: () => SweptTarget;
  /** A pass at this moment by the machine's clock. */
  readonly pass: (input?: SweepInput, ports?: SweepPorts, found?: SweptTarget) => Promise<TargetSweep>;
  readonly recordsOf: (session: string) => Promise<readonly StopRecord[]>;
}

/** A world of sessions, seen through late telemetry; all ports in memory. It is `at`, and armed. */
export async function sweepWorld(at: Instant, lives: readonly Life[]): Promise<World> {
  const documents = memoryDocuments();
  const kept = memoryStopRecords();
  const killSwitch = storedKillSwitch(documents);
  const now = (): Instant => plusMs(world.at, world.clockAheadMs);
  const tell = (asked: Omit<Asked, "at">): void => {
    const it = { ...asked, at: world.at };
    world.asked.push(it);
    world.onAsked(it);
  };
  const endedAt = (life: Life): Instant =>
    instant(Math.min(endOf(life), world.stopped.get(life.id) ?? Number.MAX_SAFE_INTEGER));
  const isLive = (life: Life): boolean => life.createdAt <= world.at && endedAt(life) > world.at;
  const looksLive = (life: Life): boolean => {
    const stoppedAt = world.stopped.get(life.id);
    return stoppedAt === undefined ? isLive(life) : world.at < stoppedAt + world.settlingMs;
  };
  const ports: SweepPorts = {
    clock: {
      now,
      sleep: async (ms) => {
        world.at = plusMs(world.at, ms);
      },
    },
    readSwitch: killSwitch.read,
    getSession: async (_target, _interpreter, session) => {
      const life = world.lives.get(session);
      const ready = life !== undefined && looksLive(life);
      tell({ op: "get", session, ready });
      if (life === undefined) return { kind: "gone" };
      const { name, createdAt } = sessionOf(life);
      return {
        kind: "found",
        value: { status: ready ? "READY" : "TERMINATED", name, createdAt, timeoutSeconds: life.timeoutSeconds },
      };
    },
    stopSession: async (_target, _interpreter, session, token) => {
      const life = world.lives.get(session);
      const live = life !== undefined && isLive(life);
      const { answer, works } = world.script.shift() ?? {
        answer: { kind: live ? ("accepted" as const) : ("gone" as const) },
        works: true,
      };
      const worked = live && works;
      if (worked) world.stopped.set(session, world.at);
      tell({ op: "stop", session, token, worked });
      return answer;
    },
    records: {
      ...kept,
      put: async (record) => {
        const answer = await kept.put(record);
        const { key, state, clientToken } = record;
        const op = state === "intended" ? "intent" : "outcome";
        if (answer === "written") tell({ op, session: key.session, token: clientToken, state });
        return answer;
      },
    },
    sha256,
    readInterpreterCalls: async (_target, interpreters, window, stamp, askedAt) => {
      const completeUntil = instant(Math.min(world.at - 2 * minuteMs, askedAt - 5 * minuteMs, window.until));
      const counts = new Map<number, number>();
      for (const { calls } of world.lives.values()) {
        for (const { from } of calls) {
          const minuteAt = Math.floor(from / minuteMs) * minuteMs;
          const isTold =
            minuteAt >= window.from &&
            minuteAt < window.until + 60 * minuteMs &&
            minuteAt + minuteMs <= world.at - minuteMs;
          if (isTold) counts.set(minuteAt, (counts.get(minuteAt) ?? 0) + 1);
        }
      }
      const minutes = [...counts].map(([minuteAt, count]) => ({ minuteAt: instant(minuteAt), count }));
      const reading = { asOf: askedAt, of: "interpreter", window, completeUntil, stamp } as const;
      return new Map(interpreters.map(({ id }) => [id, evidenceOfMinutes(minutes, reading)]));
    },
    readSessionCalls: async () => new Map(),
    readSessionCpu: async (...asked) => sessionCpu({ usage, documents }, levels)(...asked),
    documents,
    readProtections: async () => world.protections,
  };
  const usage = {
    locate: async () => (world.usage === "off" ? none("not-enabled") : found()),
    read: async (
      { from, until, session }: { from: Instant; until: Instant; session: string | null },
      onUsage: OnUsage,
    ) => {
      for (const life of world.lives.values()) {
        if (session !== null && session !== life.id) continue;
        const hasCome = world.usage === "streaming" || !isLive(life);
        const arrived = instant(Math.min(until, hasCome ? world.at - world.lagMs : 0));
        const key = { ...here, interpreter: tool, session: sessionOf(life).id };
        await onUsage([{ key, usage: usageOf(life, endedAt(life), from, arrived) }]);
      }
      return { lines: 0, records: 0, skipped: new Map(), complete: true, approximate: null, problems: [] };
    },
  };
  const world: World = {
    at,
    clockAheadMs: 0,
    lives: new Map(lives.map((life) => [life.id, life])),
    stopped: new Map(),
    script: [],
    settlingMs: 0,
    usage: "streaming",
    lagMs: 20 * minuteMs,
    onAsked: () => undefined,
    asked: [],
    protections: [],
    ports,
    readStoppedUsage: async (...asked) => stoppedUsage({ usage, documents })(...asked),
    arm: (state) => killSwitch.write({ state, by: "test", why: null, at: null }, never),
    scan: () => {
      const sessions = [...world.lives.values()].filter(looksLive).map(sessionOf);
      return { target: here, interpreters: [{ id: tool, arn }], sessions, readySessions: sessions.length };
    },
    pass: (input = inputOf(), over = ports, swept = world.scan()) => sweep(over)(now(), input, swept, never),
    recordsOf: (session) => kept.ofSession({ ...here, interpreter: tool, session: session as never }),
  };
  await world.arm("armed");
  return world;
}

type OnUsage = Parameters<Parameters<typeof sessionCpu>[0]["usage"]["read"]>[1];

const levels = { idleVcpu: 0.02, hotVcpu: 0.7, gb: "binary" } as const;
const arn = `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/${tool}`;
