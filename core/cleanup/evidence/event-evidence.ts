import { type Instant, isoOf } from "../../kernel/instant.ts";
import type { SessionEvidence } from "./evidence.ts";

const mostSpans = 10;
const longestMessage = 500;

/** Evidence as an event carries it: the last calls only, since EventBridge takes 256 kB at once. */
export function evidenceDetail({ cpu, calls, status, lastUpdatedAt }: SessionEvidence) {
  return {
    cpu:
      cpu.kind === "unknown"
        ? unknown(cpu)
        : {
            kind: cpu.kind,
            from: isoOf(cpu.covered.from),
            until: isoOf(cpu.covered.until),
            quietSince: iso(cpu.quietSince),
            lastBusyAt: iso(cpu.lastBusyAt),
            memoryBytes: cpu.memoryBytes,
          },
    calls:
      calls.kind === "unknown"
        ? unknown(calls)
        : {
            kind: calls.kind,
            of: calls.of,
            from: isoOf(calls.window.from),
            until: isoOf(calls.inFlightUntil),
            maybeInFlight: calls.maybeInFlight
              .slice(-mostSpans)
              .map(({ from, until }) => ({ from: isoOf(from), until: isoOf(until) })),
          },
    status,
    lastUpdatedAt: iso(lastUpdatedAt),
  };
}

const unknown = ({ kind, code, message }: { kind: string; code: string; message: string }) => ({
  kind,
  code,
  message: message.slice(0, longestMessage),
});

const iso = (at: Instant | null): string | null => (at === null ? null : isoOf(at));
