import { codeInterpreterKind } from "../adapters/aws/code-interpreter-kind.ts";
import type { Settings } from "./settings.ts";

/** The Regions that a deployment scans, by name: `all` is every Region of the partition that is known to have the kind. */
export function regionsToScan(
  regions: Settings["regions"],
  where: { readonly partition: string; readonly homeRegion: string },
): readonly string[] {
  if (regions === "all") return codeInterpreterKind.regions[where.partition] ?? [];
  return regions ?? [where.homeRegion];
}
