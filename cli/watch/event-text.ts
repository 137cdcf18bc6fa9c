import type { OutgoingEvent } from "../../core/ports/events.ts";
import { safeText } from "../render/safe-text.ts";

/** An event in one line: what happened, where, and the figures behind it. */
export function eventText({ detailType, detail }: OutgoingEvent): string {
  const text = (name: string): string => (detail[name] === null ? "unknown" : safeText(String(detail[name])));
  if (detail["budget"] !== undefined) {
    const of = detail["value"] === null ? "" : ` (${text("by")} ${text("value")})`;
    return `${text("budget")}${of}  ${detailType}: ${text("from")} → ${text("to")} % of $${text("limitUsd")}, spent at least $${text("lowUsd")}`;
  }
  if (cleanupTypes.has(detailType)) return cleanupText(detailType, detail);
  const change = `${text("region")}  ${detailType}: ${text("from")} → ${text("to")}`;
  const quota = detail["quota"];
  if (typeof quota !== "object" || quota === null || !("name" in quota)) return change;
  const used = detail["used"] === null ? `at least ${text("usedAtLeast")}` : text("used");
  const pct = typeof detail["utilizationPct"] === "number" ? ` (${detail["utilizationPct"].toFixed(1)} %)` : "";
  return `${change}, ${safeText(String(quota.name))}: ${used} of ${text("limit")}${pct}`;
}

const cleanupTypes: ReadonlySet<string> = new Set([
  "Session Stop Planned",
  "Session Stopped",
  "Session Stop Failed",
  "Cleanup Refused",
  "Cleanup Disarmed",
  "Stop Regretted",
  "Session Runaway",
  "Protection Lapsing",
]);

/** Which session or what else it is about, and why. */
function cleanupText(detailType: string, detail: OutgoingEvent["detail"]): string {
  const text = (name: string): string | null => (typeof detail[name] === "string" ? safeText(detail[name]) : null);
  const place = text("region") === null ? "" : `${text("region")}  `;
  const about = [text("name"), text("session"), text("by")].filter((it) => it !== null).join(" ");
  const why = text("message") ?? text("text") ?? text("why") ?? "";
  return `${place}${detailType}: ${[about, why].filter((it) => it !== "").join(": ")}`;
}
