import { type AwsClients, awsClients } from "../../adapters/aws/clients.ts";
import type { Target } from "../../core/inventory/target.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { startLocalAws } from "../../local/server.ts";
import { systemClock } from "../system-clock.ts";
import { productVersion } from "../version.ts";

export interface DemoWorld {
  readonly url: string;
  readonly clients: AwsClients;
  /** The fleet's time, in which a sleep is as much shorter as the fleet is faster. */
  readonly clock: Clock;
  readonly targets: readonly Target[];
  readonly homeRegion: string;
  readonly close: () => Promise<void>;
}

const requestsPerSecond = 30;
const homeRegion = "us-east-1";

/** The embedded AWS in this process, on any free port of the loopback interface, and clients that talk to it alone. */
export async function startDemoWorld(speed: number, seed: number): Promise<DemoWorld> {
  const local = localClock({ startAt: systemClock.now(), speed });
  // Request rates run on wall time, so they are as many times higher as the fleet is faster: its own time sees 30 a second.
  const limits = { requestsPerSecond: requestsPerSecond * speed, othersTimes: speed };
  const world = createWorld({ fleet: "demo", seed, clock: local, limits });
  const aws = await startLocalAws({ world, port: 0 });
  const clients = awsClients({
    version: productVersion(),
    requestsPerSecond: limits.requestsPerSecond,
    rateShare: 0.2,
    embedded: { endpoint: aws.url, accessKeyId: world.firstAccount, secretAccessKey: "embedded", othersTimes: speed },
  });
  const regions = [...world.places()].filter((place) => place.account === world.firstAccount);
  return {
    url: aws.url,
    clients,
    clock: {
      now: () => instant(local.now()),
      sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
    },
    targets: regions.map((place) => ({ account: accountId(place.account), region: region(place.region) })),
    homeRegion,
    close: async () => {
      clients.close();
      await aws.close();
    },
  };
}
