import { readFile } from "node:fs/promises";
import { contradictionsIn } from "./contradictions.ts";
import { type FleetSpec, fleetSpec } from "./fleet-spec.ts";

export type LoadedFleet =
  | { readonly ok: true; readonly fleet: FleetSpec }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a fleet from a JSON file. Problems name the file, the place in it, and what would be right, all of them at once. */
export async function loadFleet(path: string): Promise<LoadedFleet> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return { ok: false, problems: [`${path} could not be read: ${reasonOf(error)}`] };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`${path} is not JSON: ${reasonOf(error)}`] };
  }
  const parsed = fleetSpec.safeParse(json);
  const problems = [...(parsed.error?.issues ?? []), ...contradictionsIn(json)];
  if (parsed.success && problems.length === 0) return { ok: true, fleet: parsed.data };
  return { ok: false, problems: problems.map(({ path: where, message }) => `${path}: ${placeIn(where)}: ${message}`) };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** For example `places[0].sessions[2].count`. */
function placeIn(where: readonly PropertyKey[]): string {
  if (where.length === 0) return "the fleet";
  return where
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}
