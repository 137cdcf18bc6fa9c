import { isUtf8 } from "node:buffer";
import {
  type RecordReason,
  readUsageRecord,
  type UsageRecord,
  unparsedReason,
} from "../../core/billing/usage-record.ts";
import type { Instant } from "../../core/kernel/instant.ts";

/** Reads one line without its newline; null for a blank one. The path for whatever no template matches. */
export function readLine(line: Uint8Array, latestAt: Instant): UsageRecord | RecordReason | null {
  if (isBlank(line)) return null;
  // Bytes that are no UTF-8 would be replaced, and two session ids become one.
  if (!isUtf8(line)) return "not-json";
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return unparsedReason(text);
    throw error;
  }
  return readUsageRecord(value, latestAt);
}

/** Blank as JSON sees it: spaces, tabs and carriage returns. */
const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte === 32 || byte === 9 || byte === 13);
