import type { InvocationStamp } from "../../core/cleanup/policy/policy.ts";
import type { RegretLimits } from "../../core/cleanup/regret/regret.ts";
import { parseUsd, type Usd } from "../../core/kernel/money.ts";
import type { WrittenCleanup } from "./cleanup-schema.ts";
import { parseDuration } from "./duration.ts";
import type { WrittenBounds } from "./policy-bounds-schema.ts";

/** What clean-up goes by beside its policies. */
export interface CleanupSettings {
  readonly bounds: WrittenBounds;
  /** A fact of the service, and no policy's to say: who says it wrongly takes calls that are under way for none. */
  readonly invocationStamp: InvocationStamp;
  /** Null: the switch is in the state. */
  readonly switch: { readonly parameter: string; readonly region: string } | null;
  /** Who stops sessions; null: whoever reads them. */
  readonly stopper: Stopper | null;
  /** Of all targets together. */
  readonly cap: { readonly maxStops: number; readonly windowMs: number };
  readonly planLifetimeMs: number;
  readonly looksAtMost: number;
  /** Beyond these, what a policy stops is not what people want. */
  readonly regret: RegretLimits;
  /** What this monitor itself costs; null: not known. */
  readonly monitorUsdPerMonth: Usd | null;
}

type Stopper =
  | { readonly kind: "profile"; readonly profile: string }
  | { readonly kind: "role"; readonly roleArn: string };

const defaults = {
  cap: { maxStops: 500, window: "1h" },
  planExpiresAfter: "30m",
  looksPerPass: 200,
  regret: { within: "15m", rate: 0.1, least: 5 },
} as const;

export const cleanupOf = (written: WrittenCleanup = {}): CleanupSettings => ({
  bounds: written.bounds ?? {},
  invocationStamp: written.invocationStamp ?? "unknown",
  switch: written.switch ?? null,
  stopper: stopperOf(written.stopper),
  cap: {
    maxStops: written.cap?.maxStops ?? defaults.cap.maxStops,
    windowMs: msOf(written.cap?.window ?? defaults.cap.window),
  },
  planLifetimeMs: msOf(written.planExpiresAfter ?? defaults.planExpiresAfter),
  looksAtMost: written.looksPerPass ?? defaults.looksPerPass,
  regret: {
    withinMs: msOf(written.regret?.within ?? defaults.regret.within),
    mostRate: written.regret?.rate ?? defaults.regret.rate,
    leastStops: written.regret?.least ?? defaults.regret.least,
  },
  monitorUsdPerMonth: written.monitorUsdPerMonth === undefined ? null : parseUsd(written.monitorUsdPerMonth),
});

function stopperOf({ profile, roleArn }: NonNullable<WrittenCleanup["stopper"]> = {}): Stopper | null {
  if (profile !== undefined) return { kind: "profile", profile };
  return roleArn === undefined ? null : { kind: "role", roleArn };
}

function msOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new RangeError(`a time that was not checked: ${text}`);
  return ms;
}
