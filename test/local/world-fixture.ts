import { BedrockAgentCoreClient } from "@aws-sdk/client-bedrock-agentcore";
import { BedrockAgentCoreControlClient } from "@aws-sdk/client-bedrock-agentcore-control";
import { createWorld } from "../../local/create-world.ts";
import { type FleetInput, fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { startLocalAws } from "../../local/server.ts";
import type { ServiceDefinition } from "../../local/service.ts";
import type { LocalLimits, LocalSession, Place, UnknownBehaviours, World } from "../../local/world.ts";

export const account = "111122223333";
export const region = "us-east-1";
export const system = "aws.codeinterpreter.v1";
/** Near to the real time of no test run, so that nothing depends on it. */
export const startAt = Date.UTC(2026, 9, 1, 12);

export interface Emulated {
  readonly url: string;
  readonly world: World;
  /** Both clocks stand still until they are moved. */
  readonly advance: (seconds: number) => void;
  readonly advanceWall: (ms: number) => void;
  readonly sessions: (where?: { readonly account?: string; readonly region?: string }) => BedrockAgentCoreClient;
  readonly control: (where?: { readonly account?: string; readonly region?: string }) => BedrockAgentCoreControlClient;
  readonly place: Place;
  readonly local: (
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  readonly close: () => Promise<void>;
}

export interface EmulatedOptions {
  readonly fleet?: FleetInput;
  readonly unknowns?: Partial<UnknownBehaviours>;
  readonly limits?: Partial<LocalLimits>;
  readonly wallNow?: () => number;
  readonly services?: readonly ServiceDefinition[];
}

/** An embedded AWS on a free port, with clients that try each request once. */
export async function emulated(options: EmulatedOptions = {}): Promise<Emulated> {
  let now = startAt;
  let wall = 0;
  const world = createWorld({
    fleet: fleetSpec.parse(options.fleet ?? {}),
    seed: 7,
    clock: {
      speed: 0,
      now: () => now,
      wall: () => wall,
      advance: (ms) => {
        now += ms;
      },
    },
    unknowns: options.unknowns ?? {},
    // Most tests ask for more than 30 a second, and are not about that.
    limits: options.limits ?? { requestsPerSecond: 1_000_000, writesPerSecond: 1_000_000 },
  });
  const aws = await startLocalAws({
    world,
    port: 0,
    ...(options.wallNow && { wallNow: options.wallNow }),
    ...(options.services && { services: options.services }),
  });
  const config = (where: { readonly account?: string; readonly region?: string } = {}) => ({
    endpoint: aws.url,
    region: where.region ?? region,
    credentials: { accessKeyId: where.account ?? account, secretAccessKey: "any" },
    maxAttempts: 1,
  });
  const clients: { destroy: () => void }[] = [];
  const kept = <T extends { destroy: () => void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const place = world.place(account, region);
  if (place === null) throw new Error(`${region} is not enabled`);
  return {
    url: aws.url,
    world,
    place,
    advance: (seconds) => world.clock.advance(seconds * 1000),
    advanceWall: (ms) => {
      wall += ms;
    },
    sessions: (where) => kept(new BedrockAgentCoreClient(config(where))),
    control: (where) => kept(new BedrockAgentCoreControlClient(config(where))),
    local: async (method, path, body) => {
      const response = await fetch(`${aws.url}/_local/${path}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await aws.close();
    },
  };
}

/** A session made by hand, in whatever part of its life a test needs. */
export function putSession(place: Place, session: Partial<LocalSession> & { readonly id: string }): LocalSession {
  const whole: LocalSession = {
    account: place.account,
    region: place.region,
    interpreterId: system,
    name: null,
    createdAt: startAt,
    bootAt: session.createdAt ?? startAt,
    timeoutSeconds: 900,
    activity: { profile: "client", seed: 1 },
    plannedStopAt: session.stoppedAt ?? null,
    stoppedAt: null,
    calls: [],
    ...session,
  };
  const sessions = place.sessions.get(whole.interpreterId) ?? new Map<string, LocalSession>();
  place.sessions.set(whole.interpreterId, sessions);
  sessions.set(whole.id, whole);
  return whole;
}

/** What an SDK client threw. */
export interface SdkFailure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly fields: readonly string[];
}

/** The failure of a request; throws where it succeeded. */
export async function failureOf(request: Promise<unknown>): Promise<SdkFailure> {
  let answer: unknown;
  try {
    answer = await request;
  } catch (error) {
    const thrown = error as Error & {
      $metadata?: { httpStatusCode?: number };
      reason?: string;
      fieldList?: readonly { name: string }[];
    };
    return {
      name: thrown.name,
      message: thrown.message,
      status: thrown.$metadata?.httpStatusCode,
      reason: thrown.reason,
      fields: (thrown.fieldList ?? []).map((field) => field.name),
    };
  }
  throw new Error(`the request succeeded: ${JSON.stringify(answer)}`);
}
