import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";

/** What one session used in one minute, summed up; the minute's highest memory level in GB. */
export interface UsageMinute {
  readonly at: Instant;
  readonly elapsedSeconds: number;
  readonly vcpuHours: number;
  readonly gbHours: number;
  readonly peakGb: number;
}

/** The shortest record that has a memory level. */
const shortestLevelSeconds = 0.25;

/**
 * A minute as records: at its start a short one at the minute's highest level, then the rest. All sums are those of the
 * minute, and the level that later records go on from is the true one. As all are charged at that level, memory is charged
 * as if the peak had been reached at the minute's start: never less than record by record.
 *
 * The rest is stamped as late as it is long, so that a session that begins or ends within a minute leaves no gap; gaps of
 * less than half a minute are not seen.
 */
export function pseudoRecordsOf({
  at,
  elapsedSeconds,
  vcpuHours,
  gbHours,
  peakGb,
}: UsageMinute): readonly UsageFigures[] {
  if (elapsedSeconds <= shortestLevelSeconds) return [{ at, elapsedSeconds, vcpuHours, gbHours }];
  const restSeconds = elapsedSeconds - shortestLevelSeconds;
  const ofPeak = Math.min(gbHours, (peakGb * shortestLevelSeconds) / 3600);
  // What records of no duration logged would else lift the rest above the peak.
  const ofRest = Math.min(gbHours - ofPeak, (peakGb * restSeconds) / 3600);
  const ofNoTime = gbHours - ofPeak - ofRest;
  // In proportion to its time, so that both are idle or neither is.
  const vcpuOfPeak = (vcpuHours * shortestLevelSeconds) / elapsedSeconds;
  const restAt = plusMs(at, Math.min(59_750, Math.round(restSeconds * 1000)));
  return [
    ...(ofNoTime > 0 ? [{ at, elapsedSeconds: 0, vcpuHours: 0, gbHours: ofNoTime }] : []),
    { at, elapsedSeconds: shortestLevelSeconds, vcpuHours: vcpuOfPeak, gbHours: ofPeak },
    { at: restAt, elapsedSeconds: restSeconds, vcpuHours: vcpuHours - vcpuOfPeak, gbHours: ofRest },
  ];
}
