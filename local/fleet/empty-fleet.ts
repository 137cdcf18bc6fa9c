import { type FleetSpec, fleetSpec } from "./fleet-spec.ts";

/** System interpreters and nothing else. */
export const emptyFleet = (): FleetSpec => fleetSpec.parse({});
