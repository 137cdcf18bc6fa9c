import { type Target, targetKey } from "../../core/inventory/target.ts";
import type { Stores } from "../accounts/stores.ts";

/** Where stops may have been made: what `plan`, `apply` and `stop` did is in no registry. */
export async function stopTargets({
  targets,
  stopRecords,
}: Pick<Stores, "targets" | "stopRecords">): Promise<readonly Target[]> {
  const all = [...(await targets()), ...(await stopRecords.targets())];
  return [...new Map(all.map((target) => [targetKey(target), target])).values()];
}
