import { type Instant, isoOf } from "../../kernel/instant.ts";
import type { SessionEvidence, Unknown } from "./evidence.ts";

const mostSpans = 10;
const longestMessage = 500;

/** Evidence as an event carries it: the last calls only, since EventBridge takes 256 kB at once. */
export function evidenceDetail({ cpu, calls, status, statusAsOf, lastUpdatedAt, listedAsOf }: SessionEvidence) {
  return {
    cpu:
      cpu.kind === "unknown"
        ? unknown(cpu)
        : {
            kind: cpu.kind,
            asOf: isoOf(cpu.asOf),
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
            asOf: isoOf(calls.asOf),
            of: calls.of,
            from: isoOf(calls.window.from),
            until: isoOf(calls.inFlightUntil),
            maybeInFlight: calls.maybeInFlight
              .slice(-mostSpans)
              .map(({ from, until }) => ({ from: isoOf(from), until: isoOf(until) })),
          },
    status,
    statusAsOf: iso(statusAsOf),
    lastUpdatedAt: iso(lastUpdatedAt),
    listedAsOf: iso(listedAsOf),
  };
}

const unknown = ({ kind, code, message, asOf, window }: Unknown) => ({
  kind,
  asOf: iso(asOf),
  from: iso(window?.from),
  until: iso(window?.until),
  code,
  message: message.slice(0, longestMessage),
});

const iso = (at: Instant | null | undefined): string | null => (at === null || at === undefined ? null : isoOf(at));
