import type { Instant } from "../../kernel/instant.ts";
import type { OutgoingEvent } from "../../ports/events.ts";
import { advanceAlert, type QuotaAlert } from "../../quota/alert.ts";
import { observationOf } from "../../quota/alert-observation.ts";
import type { AlertRule } from "../../quota/alert-rule.ts";
import type { TargetScan } from "../scan/outcome.ts";
import { pressureEvent } from "./events.ts";

/** Takes one pass into all alerts of a target. An alert that the pass saw nothing of stays as it was. */
export function advanceAlerts(
  now: Instant,
  before: readonly QuotaAlert[],
  scan: TargetScan,
  rule: AlertRule,
): { readonly alerts: readonly QuotaAlert[]; readonly events: readonly OutgoingEvent[] } {
  const alerts = new Map(before.map((alert) => [alert.quotaCode, alert]));
  const events: OutgoingEvent[] = [];
  for (const use of scan.quotas) {
    const observation = observationOf(now, use, rule);
    if (observation === null) continue;
    const { code } = use.definition;
    const { alert, transition } = advanceAlert(code, alerts.get(code) ?? null, observation, rule);
    alerts.set(code, alert);
    if (transition !== null) events.push(pressureEvent(now, scan.target, use, transition));
  }
  return { alerts: [...alerts.values()], events };
}
