import { parseUsd } from "../../core/kernel/money.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import { dollarText } from "../render/dollars.ts";
import { safeText } from "../render/safe-text.ts";

/** An event in one line: what happened, where, and the figures behind it. */
export function eventText({ detailType, detail }: OutgoingEvent): string {
  const text = (name: string): string => (detail[name] === null ? "unknown" : safeText(String(detail[name])));
  if (detail["budget"] !== undefined) {
    const of = detail["value"] === null ? "" : ` (${text("by")} ${text("value")})`;
    return `${text("budget")}${of}  ${detailType}: ${text("from")} → ${text("to")} % of ${limitText(detail["limitUsd"])}, ${spentText(detail)}`;
  }
  if (cleanupTypes.has(detailType)) return cleanupText(detailType, detail);
  const change = `${text("region")}  ${detailType}: ${text("from")} → ${text("to")}`;
  const quota = detail["quota"];
  if (typeof quota !== "object" || quota === null || !("name" in quota)) return change;
  const used = detail["used"] === null ? `at least ${text("usedAtLeast")}` : text("used");
  // Levels are left one look after the other: that a lower one still holds is no news of pressure.
  const closing = detail["from"] === "critical" && detail["to"] === "warning" ? " (closing)" : "";
  return `${change}${closing}, ${safeText(String(quota.name))}: ${used} of ${text("limit")}${useText(detail)}`;
}

/** Both that thresholds go by: the percentage, and how many are left. */
function useText({ utilizationPct, used, limit }: OutgoingEvent["detail"]): string {
  const left = typeof used === "number" && typeof limit === "number" ? `${Math.max(0, limit - used)} left` : null;
  const pct = typeof utilizationPct === "number" ? `${utilizationPct.toFixed(1)} %` : null;
  const both = [pct, left].filter((part) => part !== null);
  return both.length === 0 ? "" : ` (${both.join(", ")})`;
}

/** A limit is what somebody wrote: in cents, unless they wrote more. */
const limitText = (usd: unknown): string => `$${String(usd).replace(/(\.\d\d\d*?)0+$/, "$1")}`;

function spentText({ reason, lowUsd, highUsd }: OutgoingEvent["detail"]): string {
  if (reason === "window-ended") return "whose window is over";
  if (typeof lowUsd !== "string") return "spent unknown";
  return `spent ${lowUsd === highUsd ? "" : "at least "}${dollarText(parseUsd(lowUsd))}`;
}

const cleanupTypes: ReadonlySet<string> = new Set([
  "Session Stop Planned",
  "Session Stopped",
  "Session Stop Failed",
  "Cleanup Refused",
  "Cleanup Disarmed",
  "Cleanup Disarm Failed",
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
