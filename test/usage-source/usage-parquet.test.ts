import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBatch } from "../../core/ports/usage-source.ts";
import { target } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { lineOf, recordOf } from "../rate/run.ts";
import { bucketPlace, type DeliveryPlace, folderPlace } from "./delivery-places.ts";

const folder = mkdtempSync(path.join(tmpdir(), "usage-parquet-"));
let database: DuckDBInstance;
beforeAll(async () => {
  database = await DuckDBInstance.create(":memory:");
});
afterAll(() => database.closeSync());

/** A Parquet file that DuckDB makes of the lines. */
async function parquetOf(lines: readonly string[], select: string, options = ""): Promise<Uint8Array> {
  const [input, output] = [path.join(folder, "in.ndjson"), path.join(folder, "out.parquet")];
  writeFileSync(input, lines.join("\n"));
  const connection = await database.connect();
  await connection.run(
    `COPY (SELECT ${select} FROM read_json('${input}', format = 'newline_delimited')) TO '${output}' (FORMAT parquet${options})`,
  );
  connection.closeSync();
  return readFileSync(output);
}

async function read(place: DeliveryPlace) {
  const rows: unknown[] = [];
  const reading = await place.source.read(
    {
      target: target("us-east-1"),
      location: place.location,
      from: instant(START),
      until: instant(START + 60_000),
      how: "rows",
      session: null,
      latestAt: instant(START + 86_400_000),
    },
    (batches: readonly SessionBatch[]) => {
      for (const { key, usage } of batches) {
        for (let row = 0; row < usage.length; row += 1) {
          rows.push({
            ...key,
            at: usage.at[row],
            figures: [usage.elapsedSeconds[row], usage.vcpuHours[row], usage.gbHours[row]],
          });
        }
      }
    },
    new AbortController().signal,
  );
  return { ...reading, rows };
}

const lines = Array.from({ length: 5000 }, (_, i) =>
  lineOf({
    session: `S${i % 7}`,
    at: START + 1000 * i,
    elapsed: 1 + (i % 10) / 100,
    vcpuHours: i / 1e8,
    gbHours: 1 / (3600 + i),
  }),
);

const flattened = (separator: string): string =>
  [
    "resource_arn AS RESOURCE_ARN",
    "event_timestamp",
    `attributes."account.id" AS "attributes${separator}account${separator}id"`,
    `attributes.region AS "attributes${separator}region"`,
    `attributes."session.id" AS "attributes${separator}session${separator}id"`,
    `attributes.time_elapsed_seconds AS "attributes${separator}elapsed_time_seconds"`,
    `metrics."codeInterpreter.vcpu.hours.used" AS "metrics${separator}codeInterpreter${separator}vcpu${separator}hours${separator}used"`,
    `metrics."codeInterpreter.memory.gb_hours.used" AS "metrics${separator}codeInterpreter${separator}memory${separator}gb_hours${separator}used"`,
  ].join(", ");

describe("usage records in Parquet", () => {
  it.each([
    ["structs, Snappy", "*", ""],
    ["structs, Zstandard", "*", ", COMPRESSION zstd"],
    ["structs, gzip", "*", ", COMPRESSION gzip"],
    ["structs, Brotli, many row groups", "*", ", COMPRESSION brotli, ROW_GROUP_SIZE 2048"],
    ["structs, plain", "*", ", COMPRESSION uncompressed"],
    ["names with dots", flattened("."), ""],
    ["names with underscores", flattened("_"), ""],
    ["a time stamp with a type of its own", "* REPLACE (epoch_ms(event_timestamp) AS event_timestamp)", ""],
    ["newer pages", "*", ", PARQUET_VERSION V2"],
  ])("give what their lines give (%s)", async (_name, select, options) => {
    const place = folderPlace();
    await place.deliver("a.ndjson", lines.join("\n"));
    const expected = await read(place);
    const other = folderPlace();
    await other.deliver("a", await parquetOf(lines, select, options));
    const found = await read(other);
    expect(expected.rows).toHaveLength(5000);
    expect(found).toEqual(expected);
  });

  it("are read from a bucket, also where a file is too large to be fetched at once", async () => {
    const place = await bucketPlace();
    const padding = Array.from({ length: 9 }, (_, i) => String.fromCharCode(97 + i).repeat(1_000_000));
    const columns = Object.entries({
      resource_arn: () => "arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/t-VbMl9Hi8I4",
      event_timestamp: (i: number) => BigInt(START + i),
      "attributes.account.id": () => "111122223333",
      "attributes.region": () => "us-east-1",
      "attributes.session.id": () => "S",
      "attributes.time_elapsed_seconds": () => 1,
      "metrics.codeInterpreter.vcpu.hours.used": () => 0.0001,
      "metrics.codeInterpreter.memory.gb_hours.used": () => 0.0001,
    }).map(([name, value]) => ({ name, data: padding.map((_, i) => value(i)) }));
    const buffer = parquetWriteBuffer({
      columnData: [...columns, { name: "padding", data: padding }],
      codec: "UNCOMPRESSED",
    });
    expect(buffer.byteLength).toBeGreaterThan(8 * 1024 * 1024);
    await place.deliver("a.parquet", new Uint8Array(buffer));
    expect(await read(place)).toMatchObject({ records: 9, complete: true, problems: [] });
  });

  it("set rows aside as lines are, by reason", async () => {
    const odd = [
      lineOf({ session: "A" }),
      lineOf({ session: "" }),
      lineOf({ session: "A", at: 5 }),
      lineOf({ session: "A", gbHours: -1 }),
    ];
    const place = folderPlace();
    await place.deliver("a", await parquetOf(odd, "*"));
    const { skipped, lines: rows, records, complete } = await read(place);
    expect([rows, records, complete]).toEqual([4, 1, true]);
    expect(Object.fromEntries(skipped)).toEqual({
      "missing-session": 1,
      "timestamp-too-early": 1,
      "bad-gb-hours": 1,
    });
  });

  it("lack a figure where a column is missing or null, and are never zero", async () => {
    const place = folderPlace();
    const record = recordOf({ session: "A" }) as { readonly metrics: object };
    const without = JSON.stringify({ ...record, metrics: { "codeInterpreter.vcpu.hours.used": 0.1 } });
    await place.deliver("a", await parquetOf([without], "*"));
    await place.deliver(
      "b",
      await parquetOf([lineOf({ session: "A" })], "* REPLACE (NULL::BIGINT AS event_timestamp)"),
    );
    const { skipped, records } = await read(place);
    expect(records).toBe(0);
    expect(Object.fromEntries(skipped)).toEqual({ "bad-gb-hours": 1, "bad-timestamp": 1 });
  });

  it("are missing, and that is told, from a file of something else", async () => {
    const place = folderPlace();
    await place.deliver("a", await parquetOf(['{"x":1}'], "*"));
    const { complete, problems } = await read(place);
    expect(complete).toBe(false);
    expect(problems[0]?.message).toMatch(/its Parquet columns are not those of usage records/);
  });
});
