import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll } from "vitest";
import { localClock } from "../../local/clock.ts";
import { createWorld, type WorldOptions } from "../../local/create-world.ts";
import { type FleetInput, fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { startLocalAws } from "../../local/server.ts";
import { services } from "../../local/services/all.ts";
import type { World } from "../../local/world.ts";
import { ACCOUNT, clientOptions, REGION, START } from "./local-aws.ts";

export interface LedgerAws {
  readonly url: string;
  readonly world: World;
  readonly advance: (ms: number) => void;
  readonly logs: (account?: string, region?: string) => CloudWatchLogsClient;
  readonly s3: (account?: string, region?: string) => S3Client;
  readonly costs: (account?: string) => CostExplorerClient;
}

/** An embedded AWS without request rates, with the clients that read costs. */
export async function ledgerAws(
  fleet: FleetInput | "ledger",
  options: Pick<WorldOptions, "unknowns" | "limits"> = {},
): Promise<LedgerAws> {
  const clock = localClock({ startAt: START, speed: 0 });
  const spec = fleet === "ledger" ? fleet : fleetSpec.parse(fleet);
  const world = createWorld({ fleet: spec, seed: 7, clock, ...options });
  const unlimited = services.map((service) => ({
    ...service,
    operations: Object.fromEntries(
      Object.entries(service.operations).map(([name, { ratePerSecond: _, ...rest }]) => [name, rest]),
    ),
  })) as typeof services;
  const server = await startLocalAws({ world, port: 0, services: unlimited });
  afterAll(() => server.close());
  const to = (account: string, region: string) => ({ endpoint: server.url, ...clientOptions(account, region) });
  return {
    url: server.url,
    world,
    advance: clock.advance,
    logs: (account = ACCOUNT, region = REGION) => new CloudWatchLogsClient(to(account, region)),
    s3: (account = ACCOUNT, region = REGION) => new S3Client(to(account, region)),
    costs: (account = ACCOUNT) => new CostExplorerClient(to(account, REGION)),
  };
}
