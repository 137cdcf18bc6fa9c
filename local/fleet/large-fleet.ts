import { type FleetInput, type FleetSpec, fleetSpec } from "./fleet-spec.ts";

const regions = ["us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-west-1"];
const interpretersPerRegion = 200;
const sessionsPerInterpreter = 10;
const profiles = ["bursty", "steady", "idle-leak", "async-job", "hot-loop"] as const;

/** For benchmarks: 5 Regions × 200 interpreters × 10 live sessions, and quotas that allow it. */
export function largeFleet(): FleetSpec {
  const names = Array.from(
    { length: interpretersPerRegion },
    (_, index) => `agent_${String(index + 1).padStart(3, "0")}`,
  );
  const input: FleetInput = {
    places: regions.map((region) => ({
      region,
      appliedQuotas: { sessions: 4000, interpreters: 1000 },
      interpreters: names.map((name) => ({ name })),
      sessions: names.map((interpreter, index) => ({
        interpreter,
        profile: profiles[index % profiles.length] ?? "steady",
        count: sessionsPerInterpreter,
        createdSeconds: [-3600, 0] as [number, number],
        timeoutSeconds: 28_800,
        names: [`${interpreter} worker`],
      })),
    })),
  };
  return fleetSpec.parse(input);
}
