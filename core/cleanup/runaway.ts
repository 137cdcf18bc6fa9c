import type { Instant } from "../kernel/instant.ts";
import { compareUsd, type Usd } from "../kernel/money.ts";
import { longestHotGapMs } from "./evidence/cpu-evidence.ts";
import type { CpuEvidence, Unknown } from "./evidence/evidence.ts";

export interface RunawayLimits {
  /** By which the evidence of CPU was made. */
  readonly hotVcpu: number;
  readonly hotForMs: number;
  /** Null: cost alone makes no runaway. */
  readonly usd: Usd | null;
}

/** A session that works more than it should. It is told, and never stopped for it: it works. */
export interface Runaway {
  /** At or above the level from `since` on, up to its last record; null where it was not for long enough. */
  readonly hot: { readonly since: Instant; readonly until: Instant } | null;
  /** What it has cost for certain; null where that is not above the limit. */
  readonly usd: Usd | null;
}

/**
 * Null where nothing shows that it is one: unknown CPU and unknown cost do not. `knownUsd` is what it has cost at least, null where
 * that is not known.
 */
export function runawayOf(cpu: CpuEvidence | Unknown, knownUsd: Usd | null, limits: RunawayLimits): Runaway | null {
  const hot = hotOf(cpu, limits.hotForMs);
  const usd = knownUsd !== null && limits.usd !== null && compareUsd(knownUsd, limits.usd) > 0 ? knownUsd : null;
  return hot === null && usd === null ? null : { hot, usd };
}

/**
 * A look goes back for an hour or two. Where it saw nothing but heat from its beginning on, and the look before it saw the same heat begin,
 * it began then.
 */
export function sinceBefore(
  cpu: CpuEvidence | Unknown,
  lookedFrom: Instant,
  before: CpuEvidence | Unknown | null,
): CpuEvidence | Unknown {
  if (cpu.kind === "unknown" || before === null || before.kind === "unknown") return cpu;
  if (cpu.hotSince === null || before.hotSince === null || before.hotSince >= cpu.hotSince) return cpu;
  const goesOn = cpu.hotSince <= lookedFrom + longestHotGapMs && cpu.hotSince <= before.lastRecordAt + longestHotGapMs;
  return goesOn ? { ...cpu, hotSince: before.hotSince } : cpu;
}

function hotOf(cpu: CpuEvidence | Unknown, hotForMs: number): Runaway["hot"] {
  if (cpu.kind === "unknown" || cpu.hotSince === null) return null;
  const { hotSince, lastRecordAt } = cpu;
  return lastRecordAt - hotSince >= hotForMs ? { since: hotSince, until: lastRecordAt } : null;
}
