import type { Instant } from "../../kernel/instant.ts";
import type { ScanInput, ScanPorts } from "./input.ts";
import type { ScanOutcome } from "./outcome.ts";
import { scanTarget } from "./target.ts";

/**
 * One read-only pass over all targets, in parallel; one target's failure is one target's failure.
 * Rejects only when `signal` is aborted.
 */
export const scan =
  (ports: ScanPorts) =>
  async (now: Instant, input: ScanInput, signal: AbortSignal): Promise<ScanOutcome> => {
    const targets = await Promise.all(input.targets.map((target) => scanTarget(ports, now, input, target, signal)));
    return {
      asOf: now,
      complete: targets.every((target) => target.status === "ok" || target.status === "skipped"),
      targets,
      notes: input.notes,
    };
  };
