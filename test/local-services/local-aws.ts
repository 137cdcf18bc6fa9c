import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { STSClient } from "@aws-sdk/client-sts";
import { afterAll } from "vitest";
import { type LocalClock, localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { type FleetInput, fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { startLocalAws } from "../../local/server.ts";
import type { ServiceDefinition } from "../../local/service.ts";
import { otherServices } from "../../local/services/index.ts";
import type { Place, UnknownBehaviours, World } from "../../local/world.ts";

/** Where all of these tests begin: a whole hour. */
export const START = Date.UTC(2026, 10, 20, 12);
export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";

export interface TestAws {
  readonly url: string;
  readonly world: World;
  readonly clock: LocalClock;
  readonly place: Place;
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly events: EventBridgeClient;
  readonly quotas: ServiceQuotasClient;
  readonly sts: STSClient;
}

/** An embedded AWS whose clock is moved by hand, with clients that do not repeat what was refused. */
export async function testAws(fleet: FleetInput = {}, unknowns: Partial<UnknownBehaviours> = {}): Promise<TestAws> {
  const clock = localClock({ startAt: START, speed: 0 });
  const world = createWorld({ fleet: fleetSpec.parse(fleet), seed: 7, clock, unknowns });
  const server = await startLocalAws({ world, port: 0, services: otherServices.map(withoutRates) });
  const place = world.place(ACCOUNT, REGION);
  if (place === null) throw new Error(`${REGION} is not enabled`);
  const to = { endpoint: server.url, ...clientOptions(ACCOUNT, REGION) };
  afterAll(() => server.close());
  return {
    url: server.url,
    world,
    clock,
    place,
    cloudWatch: new CloudWatchClient(to),
    logs: new CloudWatchLogsClient(to),
    events: new EventBridgeClient(to),
    quotas: new ServiceQuotasClient(to),
    sts: new STSClient(to),
  };
}

/** Request rates run on wall time, and a table of cases asks faster than any of them allows. */
function withoutRates(service: ServiceDefinition): ServiceDefinition {
  if (service.protocol === "rest-json") return service;
  const operations = Object.entries(service.operations).map(([name, { ratePerSecond: _, ...rest }]) => [name, rest]);
  return { ...service, operations: Object.fromEntries(operations) };
}

export const clientOptions = (account: string, region: string) => ({
  region,
  maxAttempts: 1,
  credentials: { accessKeyId: account, secretAccessKey: "not-secret" },
});

/** The headers of a request that no SDK writes. The embedded AWS looks at a signature's scope and date, not at itself. */
export function signedHeaders(service: string, version: string, target: string): Record<string, string> {
  const time = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const scope = `${ACCOUNT}/${time.slice(0, 8)}/${REGION}/${service}/aws4_request`;
  return {
    "content-type": `application/x-amz-json-${version}`,
    "x-amz-target": target,
    "x-amz-date": time,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
  };
}

/** What a client throws, as far as the tests look at it. */
export async function refusalOf(sent: Promise<unknown>): Promise<{ name: string; message: string; status: number }> {
  try {
    await sent;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, status: $metadata?.httpStatusCode ?? 0 };
  }
  throw new Error("the request was not refused");
}
