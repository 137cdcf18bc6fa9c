import { codeInterpreterKind } from "../adapters/aws/code-interpreter-kind.ts";
import type { Target } from "../core/inventory/target.ts";
import { type Region, region } from "../core/kernel/ids.ts";
import type { FunctionPlace } from "./function-place.ts";

/** What a deployment is about: the account that it runs in, in the Regions that were named or in all that have the kind. */
export const targetsOf = (regions: readonly Region[] | "all", place: FunctionPlace): readonly Target[] =>
  (regions === "all" ? (codeInterpreterKind.regions[place.partition] ?? []).map(region) : regions).map((name) => ({
    account: place.account,
    region: name,
  }));
