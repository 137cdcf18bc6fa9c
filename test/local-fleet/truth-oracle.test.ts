import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { usageLogLine, usageRecords } from "../../local/fleet/usage-records.ts";
import { truthOf } from "../../local/truth.ts";
import { aSession, hour, minute, startAt, worldOf } from "./fixtures.ts";
import { usd, virginiaRates } from "./money-by-hand.ts";

/** The metering rules as one query over the log's lines; peaks are taken over all records stamped at or before one. */
const metered = `
  WITH line AS (
    SELECT DISTINCT
      json_extract_string(l, '$.attributes."session.id"') AS session,
      CAST(json_extract(l, '$.event_timestamp') AS BIGINT) AS t,
      CAST(json_extract(l, '$.attributes.time_elapsed_seconds') AS DOUBLE) AS e,
      CAST(json_extract(l, '$.metrics."codeInterpreter.vcpu.hours.used"') AS DOUBLE) AS v,
      CAST(json_extract(l, '$.metrics."codeInterpreter.memory.gb_hours.used"') AS DOUBLE) AS g
    FROM read_csv('FILE', columns = {'l': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false)
  ), record AS (
    SELECT session, t,
      CAST(round(1000 * e) AS BIGINT) AS ms,
      CAST(round(v * 3600 * 1e9) AS BIGINT) AS ns,
      CAST(round(g * 1073741824 * 3600 * 1000) AS BIGINT) AS logged,
      CASE WHEN e >= 0.25 THEN CAST(round(g * 1073741824 * 3600 / e) AS BIGINT) END AS level
    FROM line
  ), peaked AS (
    SELECT *, greatest(134217728, coalesce(
      max(level) OVER (PARTITION BY session ORDER BY t RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0)) AS peak
    FROM record
  )
  SELECT session,
    CAST(sum(CAST(ns AS HUGEINT)) AS VARCHAR) AS ns,
    CAST(sum(CAST(logged AS HUGEINT)) AS VARCHAR) AS logged,
    CAST(CASE WHEN sum(ms) < 1000 THEN max(peak) * CAST(1000 AS HUGEINT)
      ELSE sum(CAST(ms AS HUGEINT) * peak) END AS VARCHAR) AS rated
  FROM peaked GROUP BY session ORDER BY session`;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "truth-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("the truth's costs", () => {
  it("are those that DuckDB computes from the log's lines, duplicates and all", async () => {
    const sessions = plannedProfiles.flatMap((profile, index) => [
      aSession({ profile, seed: index, bootAt: startAt - 8 * minute, stoppedAt: startAt + 700_123 + index }),
      aSession({ profile, seed: 100 + index, stoppedAt: startAt + 30 + index * 200 }),
    ]);
    const { world, clock } = worldOf(sessions);
    clock.advance(2 * hour);
    const records = sessions.map((session) => ({ session, records: usageRecords(session, world, 0, startAt + hour) }));
    const lines = records.flatMap(({ session, records: each }) => each.map((record) => usageLogLine(record, session)));
    expect(records.some(({ records: each }) => each.some((record) => record.isRedelivery))).toBe(true);
    const file = join(folder, "usage.ndjson");
    await writeFile(file, `${lines.reverse().join("\n")}\n`);

    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(metered.replace("FILE", file))).getRows();
    connection.closeSync();
    instance.closeSync();

    const computed = rows.map(([session, ns, logged, rated]) => ({
      session,
      ratedUsd: usd(BigInt(String(ns)), BigInt(String(rated)), virginiaRates),
      loggedUsd: usd(BigInt(String(ns)), BigInt(String(logged)), virginiaRates),
    }));
    const truth = truthOf(world).sessions.map(({ session, ratedUsd, loggedUsd }) => ({ session, ratedUsd, loggedUsd }));
    expect(computed).toHaveLength(sessions.length);
    expect(computed).toEqual(truth);
  });
});
