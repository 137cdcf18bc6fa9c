import { existsSync } from "node:fs";
import path from "node:path";
import { type FleetName, fleetNames } from "../../local/create-world.ts";
import type { FleetSpec } from "../../local/fleet/fleet-spec.ts";
import { loadFleet } from "../../local/fleet/load-fleet.ts";
import { UsageError } from "../cli-error.ts";
import { nearestOf } from "../config/nearest.ts";

/** A fleet by its name, or from a JSON file. Throws `UsageError` with every problem of the file. */
export async function readFleet(nameOrFile: string, cwd: string): Promise<FleetName | FleetSpec> {
  const name = fleetNames.find((each) => each === nameOrFile);
  if (name !== undefined) return name;
  const file = path.resolve(cwd, nameOrFile);
  if (!existsSync(file)) {
    throw new UsageError([
      `--fleet: there is no fleet "${nameOrFile}", and no such file${nearestOf(nameOrFile, fleetNames)} (fleets: ${fleetNames.join(", ")})`,
    ]);
  }
  const loaded = await loadFleet(file);
  if (loaded.ok) return loaded.fleet;
  throw new UsageError([
    `--fleet "${nameOrFile}" is none of the fleets ${fleetNames.join(", ")}, and no fleet file that can be used:`,
    ...loaded.problems,
  ]);
}
