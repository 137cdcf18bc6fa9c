import type { UsageFigures } from "./usage-figures.ts";

/** The order of the rule: by timestamp, then duration, then vCPU-hours, then GB-hours. 0 for one record delivered twice. */
export const compareFigures = (a: UsageFigures, b: UsageFigures): number =>
  a.at - b.at || a.elapsedSeconds - b.elapsedSeconds || a.vcpuHours - b.vcpuHours || a.gbHours - b.gbHours;
