import { gigabyteOf } from "./gigabyte.ts";
import type { MeterSettings } from "./meter-rows.ts";

interface Memory {
  readonly vcpuNs: bigint;
  readonly byteMs: bigint;
  readonly idleByteMs: bigint;
  readonly peakTaxByteMs: bigint;
}

/**
 * The one-second minimum: the memory of the whole session is charged as one second at its peak, in its last part, which
 * has the hour and the price of the last record. Such a session is one record to the bill, so it is idle or active as one,
 * and has no peak tax: both rules agree. `peak` is the largest level of the session, or -1.
 */
export function atLeastOneSecond<Part extends Memory>(
  parts: readonly Part[],
  meteredMs: number,
  peak: number,
  settings: MeterSettings,
): readonly Part[] {
  if (meteredMs >= 1000) return parts;
  const vcpuNs = parts.reduce((sum, part) => sum + Number(part.vcpuNs), 0);
  const byteMs = 1000n * BigInt(Math.max(gigabyteOf(settings.gb).floorBytes, peak));
  const idleByteMs = vcpuNs < settings.idleVcpu * meteredMs * 1e6 ? byteMs : 0n;
  return parts.map((part, index) => {
    const last = index === parts.length - 1;
    return { ...part, byteMs: last ? byteMs : 0n, idleByteMs: last ? idleByteMs : 0n, peakTaxByteMs: 0n };
  });
}
