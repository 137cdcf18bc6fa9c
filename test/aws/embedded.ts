import { afterAll } from "vitest";
import { type AwsClients, awsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind, quotaServiceCode } from "../../adapters/aws/code-interpreter-kind.ts";
import type { MonotonicClock } from "../../adapters/aws/pacer.ts";
import { awsQuotaLimits } from "../../adapters/aws/quota-limits.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { ScanPorts } from "../../core/jobs/scan/input.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import type { FaultRule } from "../../local/faults.ts";
import { type FleetInput, fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { startLocalAws } from "../../local/server.ts";
import type { LocalLimits, UnknownBehaviours, World } from "../../local/world.ts";

export const account = "111122223333";
export const signal = new AbortController().signal;
export const target = (name: string): Target => ({ account: accountId(account), region: region(name) });

export interface Embedded {
  readonly url: string;
  readonly world: World;
  readonly clients: AwsClients;
  readonly ports: (pageSize?: number) => ScanPorts;
  readonly addFaults: (...faults: readonly FaultRule[]) => Promise<void>;
  readonly clearFaults: () => Promise<void>;
  /** Attempts by operation that were received since the last call, from `/_local/calls`. */
  readonly takeCalls: () => Promise<Readonly<Record<string, number>>>;
  /** `region interpreter session` of the sessions that live, sorted, from `/_local/truth`. */
  readonly ready: () => Promise<readonly string[]>;
}

interface Options {
  readonly unknowns?: Partial<UnknownBehaviours>;
  readonly limits?: Partial<LocalLimits>;
  readonly startAt?: number;
  /** 0, where absent: the emulated time stands still. */
  readonly speed?: number;
  readonly requestsPerSecond?: number;
  readonly rateShare?: number;
  readonly maxAttempts?: number;
  /** How many times as many requests as AWS's the services beside AgentCore get. */
  readonly othersTimes?: number;
  /** How much faster than the wall the pace is kept; 1 where a test measures it. */
  readonly paceSpeed?: number;
}

/** An embedded AWS, and the product's own adapters talking to it over HTTP. */
export async function embedded(fleet: FleetInput | "demo", options: Options = {}): Promise<Embedded> {
  const clock = localClock({ startAt: options.startAt ?? Date.UTC(2026, 10, 20, 12), speed: options.speed ?? 0 });
  const world = createWorld({
    fleet: fleet === "demo" ? "demo" : fleetSpec.parse(fleet),
    seed: 3,
    clock,
    unknowns: options.unknowns ?? {},
    limits: options.limits ?? { requestsPerSecond: 100_000 },
  });
  const server = await startLocalAws({ world, port: 0 });
  const clients = awsClients({
    version: "0.0.0",
    requestsPerSecond: options.requestsPerSecond ?? 100_000,
    rateShare: options.rateShare ?? 1,
    ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }),
    clock: fasterClock(options.paceSpeed ?? 1.8),
    embedded: {
      endpoint: server.url,
      accessKeyId: account,
      secretAccessKey: "not-secret",
      ...(options.othersTimes === undefined ? {} : { othersTimes: options.othersTimes }),
    },
  });
  afterAll(async () => {
    clients.close();
    await server.close();
  });
  const control = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(`${server.url}/_local/${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  return {
    url: server.url,
    world,
    clients,
    ports: (pageSize) => ({
      sandboxes: awsSandboxReader(clients, pageSize),
      readQuotaLimits: awsQuotaLimits(clients, quotaServiceCode),
      kind: codeInterpreterKind,
    }),
    addFaults: async (...faults) => {
      await control("faults", { method: "POST", body: JSON.stringify({ faults }) });
    },
    clearFaults: async () => {
      await control("faults", { method: "DELETE" });
    },
    takeCalls: async () => {
      const { counts } = (await control("calls")) as { counts: { operation: string; attempts: number }[] };
      await control("calls", { method: "DELETE" });
      const sums: Record<string, number> = {};
      for (const { operation, attempts } of counts) sums[operation] = (sums[operation] ?? 0) + attempts;
      return sums;
    },
    ready: async () => {
      const { sessions } = (await control("truth?status=READY&cost=false")) as {
        sessions: { region: string; interpreter: string; session: string; account: string }[];
      };
      return sessions
        .filter((session) => session.account === account)
        .map((session) => `${session.region} ${session.interpreter} ${session.session}`)
        .toSorted();
    },
  };
}

const fasterClock = (speed: number): MonotonicClock => ({
  now: () => performance.now() * speed,
  after: (ms, run) => {
    const timer = setTimeout(run, ms / speed);
    return () => clearTimeout(timer);
  },
});
