import path from "node:path";
import { gzipSync } from "node:zlib";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { bucketUsageSource } from "../../adapters/files/usage-source.ts";
import type { UsageLocation } from "../../core/ports/usage-source.ts";
import { embedded } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { lineOf } from "../rate/run.ts";
import { usageSourceContract } from "./contract.ts";
import { folderPlace } from "./delivery-places.ts";

const hourMs = 3_600_000;
const usual = "/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS";
const id = "tool-Abcdefgh12";

usageSourceContract("a folder", async () => {
  const { source, location, folder, deliver } = folderPlace();
  for (let file = 0; file < 12; file += 1) {
    const records = Array.from({ length: 20 }, (_, second) =>
      lineOf({ session: `S${second % 3}`, at: START + file * 300_000 + second * 1000, gbHours: 0.0001 * file }),
    );
    const text = ["delivery permission validation", ...records].join("\n");
    await deliver(`2026/11/20/${file}`, file % 2 === 0 ? gzipSync(text) : text, START + file * 300_000);
  }
  const missing = { ...location, place: path.join(folder, "gone") };
  return { source, location, missing, from: START, until: START + hourMs };
});

/** Sessions of an interpreter that ended hours ago, so that all of their records have been delivered. */
const awsWith = (usageLogs: true | { readonly bucket: string; readonly prefix: string }) =>
  embedded(
    {
      places: [
        {
          region: "us-east-1",
          interpreters: [{ name: "tool", id, createdSeconds: -6 * 3600, usageLogs }],
          sessions: [
            {
              interpreter: "tool",
              profile: "bursty",
              count: 3,
              createdSeconds: [-4 * 3600, -3.5 * 3600],
              timeoutSeconds: 120,
            },
          ],
        },
      ],
    },
    { startAt: START, paceSpeed: 50 },
  );

usageSourceContract("a bucket", async () => {
  const { clients } = await awsWith({ bucket: "usage-of-tool", prefix: "p" });
  const at = (place: string): UsageLocation => ({
    kind: "bucket",
    place,
    foundBy: "delivery",
    windows: "delivery",
    retentionMs: null,
  });
  return {
    source: bucketUsageSource(clients.s3, null),
    location: at("s3://usage-of-tool/p"),
    missing: at("s3://no-such-bucket/p"),
    from: START - 7 * hourMs,
    until: START,
  };
});

usageSourceContract("a log group", async () => {
  const { clients } = await awsWith(true);
  const at = (place: string): UsageLocation => ({
    kind: "log-group",
    place,
    foundBy: "convention",
    windows: "stamp",
    retentionMs: null,
  });
  return {
    source: awsUsageSource(clients, { logGroup: null }),
    location: at(`${usual}/${id}`),
    missing: at(`${usual}/nobody-Abcdefgh12`),
    from: START - 7 * hourMs,
    until: START,
  };
});
