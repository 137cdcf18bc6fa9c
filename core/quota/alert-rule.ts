import { defaultThresholds, type QuotaThresholds } from "./thresholds.ts";

/** When an alert opens and closes. */
export interface AlertRule {
  readonly thresholds: QuotaThresholds;
  /** How far below its threshold, in points of utilization, a level is still held. */
  readonly closePoints: number;
  /** A level opens where this many of the last `window` observations reach it. More than half of the window. */
  readonly enough: number;
  readonly window: number;
}

export const defaultAlertRule: AlertRule = { thresholds: defaultThresholds, closePoints: 10, enough: 2, window: 3 };
