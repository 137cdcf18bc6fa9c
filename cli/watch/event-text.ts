import type { OutgoingEvent } from "../../core/ports/events.ts";
import { safeText } from "../render/safe-text.ts";

/** An event in one line: what happened, where, and the figures behind it. */
export function eventText({ detailType, detail }: OutgoingEvent): string {
  const text = (name: string): string => (detail[name] === null ? "unknown" : safeText(String(detail[name])));
  if (detail["budget"] !== undefined) {
    const of = detail["value"] === null ? "" : ` (${text("by")} ${text("value")})`;
    return `${text("budget")}${of}  ${detailType}: ${text("from")} → ${text("to")} % of $${text("limitUsd")}, spent at least $${text("lowUsd")}`;
  }
  const change = `${text("region")}  ${detailType}: ${text("from")} → ${text("to")}`;
  const quota = detail["quota"];
  if (typeof quota !== "object" || quota === null || !("name" in quota)) return change;
  const used = detail["used"] === null ? `at least ${text("usedAtLeast")}` : text("used");
  const pct = typeof detail["utilizationPct"] === "number" ? ` (${detail["utilizationPct"].toFixed(1)} %)` : "";
  return `${change}, ${safeText(String(quota.name))}: ${used} of ${text("limit")}${pct}`;
}
