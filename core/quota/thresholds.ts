/** When use of a quota is pressure: at a share of the limit, or when little is left of it, whichever comes first. */
export interface QuotaThreshold {
  readonly utilizationPct: number;
  readonly left: number;
}

export interface QuotaThresholds {
  readonly warning: QuotaThreshold;
  readonly critical: QuotaThreshold;
  /**
   * "Little is left" counts from this utilization on. Without it a small quota would be born critical: a limit of 15 has
   * never more than 20 left, so an unused one would wake somebody. At half of the limit the absolute test is news again.
   */
  readonly leftFromPct: number;
}

export const defaultThresholds: QuotaThresholds = {
  warning: { utilizationPct: 80, left: 50 },
  critical: { utilizationPct: 90, left: 20 },
  leftFromPct: 50,
};
