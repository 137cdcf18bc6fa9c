import { DuckDBInstance } from "@duckdb/node-api";
import { codeInterpreterPrices } from "../core/billing/code-interpreter-prices.ts";
import type { BillingRule } from "../core/billing/price-row.ts";

/** A session as the same rule in SQL meters it. Integers are exact; dollars are binary floats. */
export interface DuckDbSession {
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  readonly session: string;
  readonly firstAt: bigint;
  readonly lastAt: bigint;
  readonly records: bigint;
  readonly meteredMs: bigint;
  readonly gapMs: bigint;
  readonly vcpuNs: bigint;
  readonly byteMs: bigint;
  readonly peakBytes: bigint | null;
  readonly ratedUsd: number | null;
  readonly loggedUsd: number | null;
  readonly idleUsd: number | null;
  readonly peakTaxUsd: number | null;
}

export interface DuckDbAnswer {
  /** Valid lines, duplicates included. */
  readonly records: number;
  readonly sessions: readonly DuckDbSession[];
}

/** Meters a file of records with DuckDB's JSON reader and one query, binary GB, one rule for all prices. */
export async function meterWithDuckDb(file: string, threads: number, rule: BillingRule): Promise<DuckDbAnswer> {
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  try {
    await connection.run(`SET threads = ${threads}`);
    const reader = await connection.runAndReadAll(queryOf(file, rule));
    const rows = reader.getRowObjectsJS() as unknown as (DuckDbSession & { readonly delivered: bigint })[];
    return { records: rows.reduce((sum, row) => sum + Number(row.delivered), 0), sessions: rows };
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const prices = codeInterpreterPrices
  .map((row) => {
    const next = codeInterpreterPrices.find((other) => other.region === row.region && other.startsAt > row.startsAt);
    return `(${text(row.region)}, ${row.startsAt}, ${next?.startsAt ?? 9_000_000_000_000_000}, ${row.usdPerVcpuHour}::DOUBLE, ${row.usdPerGbHour}::DOUBLE)`;
  })
  .join(", ");

const queryOf = (file: string, rule: BillingRule): string => `
WITH raw AS (
  SELECT attributes."account.id" AS account, attributes.region AS region, attributes."session.id" AS session,
    regexp_extract(resource_arn, '[^/]*$') AS interpreter, event_timestamp AS t,
    coalesce(attributes.time_elapsed_seconds, attributes.elapsed_time_seconds) AS e,
    metrics."codeInterpreter.vcpu.hours.used" AS v, metrics."codeInterpreter.memory.gb_hours.used" AS g
  FROM read_json(${text(file)}, format = 'newline_delimited', ignore_errors = true, columns = {
    resource_arn: 'VARCHAR', event_timestamp: 'DOUBLE',
    attributes: 'STRUCT("account.id" VARCHAR, region VARCHAR, "session.id" VARCHAR, time_elapsed_seconds DOUBLE, elapsed_time_seconds DOUBLE)',
    metrics: 'STRUCT("codeInterpreter.vcpu.hours.used" DOUBLE, "codeInterpreter.memory.gb_hours.used" DOUBLE)'
  })
), one AS (
  SELECT account, region, interpreter, session, t::BIGINT AS t, e, v, g, count(*) AS delivered FROM raw
  WHERE account <> '' AND region <> '' AND interpreter <> '' AND session <> '' AND t = floor(t) AND t >= 1752624000000
    AND e BETWEEN 0 AND 60 AND v >= 0 AND g >= 0 AND v * 3600 <= 2.5 * greatest(e, 1) AND g * 3600 <= 10 * greatest(e, 1)
  GROUP BY ALL
), whole AS (
  SELECT *, round(v * 3600e9)::BIGINT AS vcpu_ns, round(1000 * e)::BIGINT AS ms,
    CASE WHEN e >= 0.25 THEN round(g * 1073741824 * 3600 / e)::BIGINT END AS level,
    round(g * 1073741824 * 3600 * 1000)::BIGINT AS logged
  FROM one
), ordered AS (
  SELECT *, greatest(134217728, coalesce(level, 0)) AS own,
    greatest(134217728, coalesce(max(level) OVER (PARTITION BY account, region, interpreter, session ORDER BY t
      RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0)) AS peak,
    t - lag(t) OVER neighbours AS since, lag(ms) OVER neighbours AS previous_ms
  FROM whole
  WINDOW neighbours AS (PARTITION BY account, region, interpreter, session ORDER BY t, e, v, g)
), charged AS (
  SELECT ordered.*, ms * ${rule === "2026-09" ? "peak" : "own"} AS charge, vcpu_ns < 0.02 * ms * 1e6 AS idle,
    price.vcpu_rate / 3600e9 AS vcpu_rate, price.gb_rate / (3600e3 * 1073741824) AS gb_rate
  FROM ordered LEFT JOIN (VALUES ${prices}) AS price(region, starts, ends, vcpu_rate, gb_rate)
    ON price.region = ordered.region AND t >= price.starts AND t < price.ends
)
SELECT account, region, interpreter, session, min(t) AS "firstAt", max(t) AS "lastAt", count(*) AS records,
  sum(delivered)::BIGINT AS delivered, sum(ms)::BIGINT AS "meteredMs",
  coalesce(sum(CASE WHEN since > greatest(previous_ms, ms) + 500 THEN since - ms END), 0)::BIGINT AS "gapMs",
  sum(vcpu_ns) AS "vcpuNs", max(level) AS "peakBytes",
  CASE WHEN sum(ms) < 1000 THEN 1000 * max(peak)::HUGEINT ELSE sum(charge) END AS "byteMs",
  CASE WHEN count(gb_rate) = count(*) THEN sum(vcpu_ns * vcpu_rate) + CASE WHEN sum(ms) < 1000
    THEN 1000 * max(peak) * last(gb_rate ORDER BY t, e, v, g) ELSE sum(charge * gb_rate) END END AS "ratedUsd",
  CASE WHEN count(gb_rate) = count(*) THEN sum(vcpu_ns * vcpu_rate) + sum(logged * gb_rate) END AS "loggedUsd",
  CASE WHEN count(gb_rate) = count(*) THEN CASE WHEN sum(ms) >= 1000 THEN coalesce(sum(charge * gb_rate) FILTER (idle), 0)
    WHEN sum(vcpu_ns) < 0.02 * sum(ms) * 1e6 THEN 1000 * max(peak) * last(gb_rate ORDER BY t, e, v, g)
    ELSE 0 END END AS "idleUsd",
  CASE WHEN count(gb_rate) = count(*) THEN CASE WHEN sum(ms) < 1000 THEN 0 ELSE sum(ms * (peak - own) * gb_rate) END
    END AS "peakTaxUsd"
FROM charged GROUP BY ALL ORDER BY account, region, interpreter, session`;
