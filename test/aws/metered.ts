import { meterSession } from "../../core/billing/meter-session.ts";
import type { SessionUsage } from "../../core/billing/session-usage.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";

const settings = { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" } as const;
/** What a session of these records used, by the usual rule. */
export const metered = (records: readonly UsageFigures[]): SessionUsage =>
  meterSession(usageColumnsOf(records), [], settings);
export const sumsOf = (usage: SessionUsage) => {
  const [part] = usage.parts;
  return { vcpuNs: part?.vcpuNs ?? 0n, byteMs: part?.byteMs ?? 0n, loggedByteMs: part?.loggedByteMs ?? 0n };
};
