import type { Instant } from "../kernel/instant.ts";
import { previewStartedAt } from "./code-interpreter-prices.ts";

/** The four figures of a usage record, as they are logged. */
export interface UsageFigures {
  readonly at: Instant;
  readonly elapsedSeconds: number;
  /** Hours used within this record, not so far. */
  readonly vcpuHours: number;
  readonly gbHours: number;
}

export type FigureReason =
  | "bad-timestamp"
  | "timestamp-too-early"
  | "timestamp-too-late"
  | "bad-elapsed"
  | "bad-vcpu-hours"
  | "bad-gb-hours"
  | "elapsed-too-long"
  | "too-much-vcpu"
  | "too-much-memory";

/** No record spans more than a minute. */
const longestSeconds = 60;
/** A sandbox has 2 vCPU and 8 GB: what lies this far above it is no measurement. */
const mostVcpu = 2.5;
const mostGb = 10;

/** Null where the figures can be believed. The caller says NaN for what is no number. */
export function usageFiguresProblem(
  at: number,
  elapsedSeconds: number,
  vcpuHours: number,
  gbHours: number,
  latestAt: Instant,
): FigureReason | null {
  if (!Number.isInteger(at)) return "bad-timestamp";
  if (at < previewStartedAt) return "timestamp-too-early";
  if (at > latestAt) return "timestamp-too-late";
  if (!isFigure(elapsedSeconds)) return "bad-elapsed";
  if (!isFigure(vcpuHours)) return "bad-vcpu-hours";
  if (!isFigure(gbHours)) return "bad-gb-hours";
  if (elapsedSeconds > longestSeconds) return "elapsed-too-long";
  const seconds = Math.max(elapsedSeconds, 1);
  if (vcpuHours * 3600 > mostVcpu * seconds) return "too-much-vcpu";
  if (gbHours * 3600 > mostGb * seconds) return "too-much-memory";
  return null;
}

const isFigure = (value: number): boolean => value >= 0 && value < Number.POSITIVE_INFINITY;
