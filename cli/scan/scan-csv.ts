import type { ScanReport } from "../../core/reporting/scan-report.ts";
import { csvWriter } from "../report/focus-csv.ts";

const schema = {
  account: "text",
  region: "text",
  interpreter: "text",
  interpreter_kind: "text",
  session: "text",
  name: "text",
  created_at: "text",
  age_seconds: "number",
  timeout_seconds: "number",
  expires_at: "text",
  usd: "number",
  low_usd: "number",
  high_usd: "number",
  basis: "text",
  final: "text",
} as const;

/** A line for each session. An empty cell is unknown; a name that begins like a formula gets an apostrophe before it. */
export function scanCsv(sessions: ScanReport["sessions"]): string {
  const csv = csvWriter(schema);
  const rows = sessions.map(({ cost, ...session }) => ({
    account: session.account,
    region: session.region,
    interpreter: session.interpreter,
    interpreter_kind: session.interpreterKind,
    session: session.session,
    name: session.name,
    created_at: session.createdAt,
    age_seconds: session.ageSeconds,
    timeout_seconds: session.timeoutSeconds,
    expires_at: session.expiresAt,
    usd: cost.usd,
    low_usd: cost.lowUsd,
    high_usd: cost.highUsd,
    basis: cost.basis,
    final: String(cost.final),
  }));
  return csv.head + csv.rows(rows);
}
