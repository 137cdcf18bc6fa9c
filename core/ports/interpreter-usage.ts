import type { Target } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** What all sessions of one interpreter used in one hour, as AWS measured it; null where it says nothing of it. */
export interface InterpreterHour {
  readonly hourAt: Instant;
  readonly vcpuHours: number | null;
  readonly gbHours: number | null;
}

/**
 * Reads CPUUsed-vCPUHours and MemoryUsed-GBHours of interpreters, for whole hours of UTC in [from, until). They come up to
 * 60 minutes late, so only hours that ended 75 minutes ago or more are whole. An hour without a datum is null and never 0.
 */
export type ReadInterpreterUsage = (
  target: Target,
  interpreters: readonly InterpreterId[],
  from: Instant,
  until: Instant,
  signal: AbortSignal,
) => Promise<{
  readonly hours: ReadonlyMap<InterpreterId, readonly InterpreterHour[]>;
  readonly problems: readonly Problem[];
}>;
