import type { LocalClock } from "./clock.ts";
import { buildPlace, emptyPlace } from "./fleet/build-place.ts";
import { cleanupFleet } from "./fleet/cleanup-fleet.ts";
import { demoFleet } from "./fleet/demo-fleet.ts";
import { emptyFleet } from "./fleet/empty-fleet.ts";
import type { FleetSpec } from "./fleet/fleet-spec.ts";
import { largeFleet } from "./fleet/large-fleet.ts";
import { ledgerFleet } from "./fleet/ledger-fleet.ts";
import { plannedBuckets } from "./fleet/planned-buckets.ts";
import { regionsOnByDefault } from "./fleet/regions.ts";
import { thousandFleet } from "./fleet/thousand-fleet.ts";
import { defaultUnknowns } from "./unknowns.ts";
import type { Billing, LocalLimits, Place, UnknownBehaviours, World } from "./world.ts";

/** The fleets that come with the embedded AWS. */
export const fleetNames = ["demo", "empty", "large", "ledger", "cleanup", "thousand"] as const;
export type FleetName = (typeof fleetNames)[number];

export interface WorldOptions {
  readonly fleet: FleetName | FleetSpec;
  readonly seed: number;
  readonly clock: LocalClock;
  readonly unknowns?: Partial<UnknownBehaviours>;
  readonly limits?: Partial<LocalLimits>;
}

/** The embedded AWS at the clock's present moment. The same fleet, seed and moment make the same world. */
export function createWorld(options: WorldOptions): World {
  const spec = typeof options.fleet === "string" ? builtIn(options.fleet) : options.fleet;
  const startAt = options.clock.now();
  const places = new Map<string, Place>();
  const key = (account: string, region: string): string => `${account}/${region}`;
  for (const each of spec.places) {
    const account = each.account ?? spec.firstAccount;
    places.set(key(account, each.region), buildPlace(each, account, options.seed, startAt));
  }
  const billing: Billing = { driftMillionths: new Map(), refusal: null };
  for (const { region, billDrift } of spec.places) {
    if (billDrift !== 1) billing.driftMillionths.set(region, Math.round(billDrift * 1_000_000));
  }
  const enabled = new Set([...regionsOnByDefault, ...spec.optedInRegions]);
  return {
    clock: options.clock,
    unknowns: { ...defaultUnknowns, ...options.unknowns },
    limits: { requestsPerSecond: 30, writesPerSecond: 5, othersTimes: 1, billRowsPerPage: 100, ...options.limits },
    seed: options.seed,
    firstAccount: spec.firstAccount,
    places: () => places.values(),
    buckets: plannedBuckets(places.values(), startAt),
    billing,
    place: (account, region) => {
      const known = places.get(key(account, region));
      if (known !== undefined) return known;
      if (!enabled.has(region)) return null;
      const made = emptyPlace(account, region);
      places.set(key(account, region), made);
      return made;
    },
  };
}

function builtIn(name: FleetName): FleetSpec {
  switch (name) {
    case "demo":
      return demoFleet();
    case "empty":
      return emptyFleet();
    case "large":
      return largeFleet();
    case "ledger":
      return ledgerFleet();
    case "cleanup":
      return cleanupFleet();
    case "thousand":
      return thousandFleet();
    default:
      return name satisfies never;
  }
}
