import type { Target } from "../../core/inventory/target.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import { keptGoneMs, type Registry } from "../../core/ports/registry.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";

interface Known {
  readonly registry: Pick<Registry, "load" | "goneSince">;
  readonly ledger: Pick<Ledger, "marks">;
}

/**
 * The targets of a pass that can have costs: all but Regions that are not enabled, where every question would be a problem. One
 * that was enabled once, and used, stays: what it cost is still in budgets.
 */
export async function targetsWithCosts(
  pass: Pick<PassOutcome, "asOf" | "targets">,
  known: Known,
): Promise<readonly Target[]> {
  const kept = await Promise.all(
    pass.targets.map(
      async ({ target, scan }) => scan?.status !== "skipped" || (await wasUsed(target, pass.asOf, known)),
    ),
  );
  return pass.targets.filter((_, index) => kept[index]).map(({ target }) => target);
}

/** Whether anything is known of a target that may cost. */
export async function wasUsed(target: Target, now: Instant, { registry, ledger }: Known): Promise<boolean> {
  try {
    if ((await ledger.marks(target)).length > 0) return true;
    if ((await registry.load(target)).openSessions.length > 0) return true;
    return (await registry.goneSince(target, instant(now - keptGoneMs))).length > 0;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    // Nobody knows; the job meets the same failure, and tells it.
    return true;
  }
}
