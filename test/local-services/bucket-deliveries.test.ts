import { gunzipSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { truthOf } from "../../local/truth.ts";
import type { UnknownBehaviours } from "../../local/world.ts";
import { ledgerAws } from "./ledger-clients.ts";
import { START } from "./local-aws.ts";

const HOUR = 3_600_000;
const usageBucket = "ledger-usage-111122223333";
const trailBucket = "ledger-trail-111122223333";

async function files(aws: Awaited<ReturnType<typeof ledgerAws>>, Bucket: string) {
  const client = aws.s3();
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  return Promise.all(
    Contents.map(async ({ Key = "", LastModified }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString();
      return { key: Key, writtenAt: LastModified?.getTime() ?? 0, text };
    }),
  );
}

describe("usage logs in a bucket", () => {
  it.each<[UnknownBehaviours["usageDelivery"], number]>([
    ["streaming", 1],
    ["streaming", 6],
    ["at-teardown", 6],
  ])(
    "(%s) hold every record of the interpreter's sessions, however often somebody looks on the way (%i)",
    async (usageDelivery, looks) => {
      const aws = await ledgerAws("ledger", { unknowns: { usageDelivery } });
      for (let look = 0; look < looks; look++) {
        await files(aws, usageBucket);
        aws.advance((6 * HOUR) / looks);
      }
      const found = await files(aws, usageBucket);
      const lines = found.flatMap(({ text }) => text.trim().split("\n"));
      const records = lines.filter((line) => line.startsWith("{"));
      expect(lines.length - records.length).toBe(1);
      const truth = truthOf(aws.world).sessions.filter((session) => session.usageLogs === "bucket");
      expect(truth).toHaveLength(3);
      expect(new Set(records).size).toBe(truth.reduce((sum, session) => sum + (session.records ?? 0), 0));
    },
  );

  it("miss no late record of a session that lives for hours, looked at every quarter of an hour", async () => {
    const aws = await ledgerAws({
      places: [
        {
          region: "us-east-1",
          interpreters: [{ name: "long", usageLogs: { bucket: usageBucket } }],
          sessions: [
            { interpreter: "long", profile: "async-job", count: 1, createdSeconds: 60, timeoutSeconds: 3 * 3600 },
          ],
        },
      ],
    });
    for (let look = 0; look < 20; look++) {
      await aws.s3().send(new ListObjectsV2Command({ Bucket: usageBucket }));
      aws.advance(HOUR / 4);
    }
    const lines = (await files(aws, usageBucket)).flatMap(({ text }) => text.trim().split("\n"));
    const [session] = truthOf(aws.world).sessions;
    expect(new Set(lines.filter((line) => line.startsWith("{"))).size).toBe(session?.records);
  });

  it("are written every five minutes under the account, Region and hour, and no earlier than what is in them", async () => {
    const aws = await ledgerAws("ledger");
    for (const { key, writtenAt, text } of await files(aws, usageBucket)) {
      expect(key).toMatch(
        /^agentcore\/AWSLogs\/111122223333\/bedrock-agentcore\/USAGE_LOGS\/us-east-1\/2026\/\d\d\/\d\d\/\d\d\/archive-\w{10}_\d{8}T\d{4}Z_[0-9a-f]{8}\.log\.gz$/,
      );
      expect(writtenAt % 300_000).toBe(0);
      expect(writtenAt).toBeLessThanOrEqual(START);
      const stamps = text
        .trim()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line).event_timestamp);
      for (const stamp of stamps) expect(stamp).toBeLessThan(writtenAt);
    }
  });
});

describe("a trail", () => {
  it("tells of every session who started it", async () => {
    const aws = await ledgerAws("ledger");
    for (let look = 0; look < 36; look++) {
      await aws.s3().send(new ListObjectsV2Command({ Bucket: trailBucket }));
      aws.advance(HOUR / 6);
    }
    const found = await files(aws, trailBucket);
    for (const { key } of found) {
      expect(key).toMatch(
        /^org\/AWSLogs\/111122223333\/CloudTrail\/us-east-1\/2026\/\d\d\/\d\d\/111122223333_CloudTrail_us-east-1_\d{8}T\d{4}Z_\w{16}\.json\.gz$/,
      );
    }
    const events = found.flatMap(({ text }) => JSON.parse(text).Records as Record<string, never>[]);
    const starts = events.filter((event) => event["eventName"] === "StartCodeInterpreterSession");
    const told = Object.fromEntries(
      starts.map((event: Record<string, Record<string, string>>) => [
        event["responseElements"]?.["sessionId"],
        event["userIdentity"]?.["arn"],
      ]),
    );
    const truth = truthOf(aws.world).sessions.filter(
      ({ account, region }) => account === "111122223333" && region === "us-east-1",
    );
    expect(told).toEqual(Object.fromEntries(truth.map(({ session, principal }) => [session, principal])));
    expect(starts).toHaveLength(truth.length);
    expect(events.length - starts.length).toBe(truth.filter(({ endedBy }) => endedBy === "stop").length);
  });
});
