import path from "node:path";
import { type FleetName, fleetNames } from "../../local/create-world.ts";
import type { FleetSpec } from "../../local/fleet/fleet-spec.ts";
import { loadFleet } from "../../local/fleet/load-fleet.ts";
import { UsageError } from "../cli-error.ts";

/** A fleet by its name, or from a JSON file. Throws `UsageError` with every problem of the file. */
export async function readFleet(nameOrFile: string, cwd: string): Promise<FleetName | FleetSpec> {
  const name = fleetNames.find((each) => each === nameOrFile);
  if (name !== undefined) return name;
  const loaded = await loadFleet(path.resolve(cwd, nameOrFile));
  if (loaded.ok) return loaded.fleet;
  throw new UsageError([
    `--fleet "${nameOrFile}" is none of the fleets ${fleetNames.join(", ")}, and no fleet file that can be used:`,
    ...loaded.problems,
  ]);
}
