import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, it } from "vitest";
import { bucketClient } from "../../adapters/files/bucket-client.ts";
import { bucketFiles } from "../../adapters/files/bucket-files.ts";
import { bucketUsageSource } from "../../adapters/files/usage-source.ts";
import { interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { SessionBatch, UsageLocation } from "../../core/ports/usage-source.ts";
import { truthOf } from "../../local/truth.ts";
import { target } from "../aws/embedded.ts";
import { tinyService } from "../aws/tiny-service.ts";
import { ledgerAws } from "../local-services/ledger-clients.ts";
import { clientOptions, START } from "../local-services/local-aws.ts";
import { bucketPlace } from "./delivery-places.ts";

const hourMs = 3_600_000;
const signal = new AbortController().signal;
const locationOf = (place: string): UsageLocation => ({
  kind: "bucket",
  place,
  foundBy: "delivery",
  windows: "delivery",
  retentionMs: null,
});
const requestOf = (place: string, from: number, until: number) => ({
  target: target("us-east-1"),
  location: locationOf(place),
  from: instant(from),
  until: instant(until),
  how: "rows" as const,
  session: null,
  latestAt: instant(START + 86_400_000),
});
const names = async (files: ReturnType<typeof bucketFiles>, from: Instant, until: Instant) =>
  (await files.list(from, until, signal)).items.map(({ name }) => name);

/** Lists one object, and hangs up in the middle of it. */
async function brokenObject(listing: string, size: number): Promise<{ readonly endpoint: string }> {
  const server = createServer((request, response) => {
    if (request.url?.includes("list-type") === true) {
      response.writeHead(200, { "content-type": "application/xml" }).end(listing);
      return;
    }
    response.writeHead(200, { "content-length": size });
    response.write("{}\n", () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => void server.close());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("files in a bucket", () => {
  it("are found by the time of their delivery, whatever the layout of keys", async () => {
    const place = await bucketPlace();
    const keys = [
      "AWSLogs/1/x/us-east-1/2026/11/20/12/a.log.gz",
      "AWSLogs/2/x/us-east-1/2026/11/20/11/b.log.gz",
      "no/dates/c",
      "d",
    ];
    for (const key of keys) await place.deliver(key, "x");
    expect((await names(place.files, instant(START), instant(START + 1))).toSorted()).toEqual(keys.toSorted());
    await place.deliver("AWSLogs/1/x/us-east-1/2026/11/20/13/e.log.gz", "x", START + hourMs);
    await place.deliver("2025/07/dated-wrongly", "x", START + hourMs);
    expect(await names(place.files, instant(START + 1), instant(START + 2 * hourMs))).toEqual([
      "AWSLogs/1/x/us-east-1/2026/11/20/13/e.log.gz",
    ]);
  });

  it("are listed by the folders that their date allows, and by no other", async () => {
    const asked: string[] = [];
    const pages: Readonly<Record<string, readonly string[]>> = {
      "": ["AWSLogs/"],
      "AWSLogs/": ["AWSLogs/2025/", "AWSLogs/2026/"],
      "AWSLogs/2025/": ["AWSLogs/2025/12/"],
      "AWSLogs/2026/": ["AWSLogs/2026/10/", "AWSLogs/2026/11/"],
      "AWSLogs/2026/11/": ["AWSLogs/2026/11/19/", "AWSLogs/2026/11/20/"],
      "AWSLogs/2026/11/20/": Array.from({ length: 24 }, (_, h) => `AWSLogs/2026/11/20/${String(h).padStart(2, "0")}/`),
    };
    const client = {
      send: async ({ input }: { readonly input: { readonly Prefix: string } }) => {
        asked.push(input.Prefix);
        return { CommonPrefixes: pages[input.Prefix]?.map((Prefix) => ({ Prefix })) };
      },
    } as unknown as S3Client;
    const files = bucketFiles(
      bucketClient(async () => client, "b-b", region("us-east-1")),
      "",
    );
    await files.list(instant(START), instant(START + 900_000), signal);
    expect(asked.toSorted()).toEqual([
      "",
      "AWSLogs/",
      "AWSLogs/2025/",
      "AWSLogs/2026/",
      "AWSLogs/2026/11/",
      "AWSLogs/2026/11/20/",
      "AWSLogs/2026/11/20/09/",
      "AWSLogs/2026/11/20/10/",
      "AWSLogs/2026/11/20/11/",
      "AWSLogs/2026/11/20/12/",
      "AWSLogs/2026/11/20/13/",
    ]);
  });

  it("are listed without folders where there are more of them than a page has", async () => {
    const calls: (string | undefined)[] = [];
    const client = {
      send: async ({
        input,
      }: {
        readonly input: { readonly Delimiter?: string; readonly ContinuationToken?: string };
      }) => {
        calls.push(input.Delimiter);
        const LastModified = new Date(START);
        if (input.Delimiter === undefined) return { Contents: [{ Key: "s1/a", LastModified, Size: 1 }] };
        const CommonPrefixes = Array.from({ length: 501 }, (_, i) => ({ Prefix: `s${i}/` }));
        return { CommonPrefixes, NextContinuationToken: "more" };
      },
    } as unknown as S3Client;
    const files = bucketFiles(
      bucketClient(async () => client, "b-b", region("us-east-1")),
      "",
    );
    expect(await names(files, instant(START), instant(START + 1))).toEqual(["s1/a"]);
    expect(calls).toEqual(["/", "/", undefined]);
  });

  it("are read from the Region that their bucket is in", async () => {
    const aws = await ledgerAws({ places: [{ region: "us-east-1" }, { region: "eu-west-1" }] });
    const there = aws.s3(undefined, "eu-west-1");
    await there.send(new CreateBucketCommand({ Bucket: "elsewhere" }));
    await there.send(new PutObjectCommand({ Bucket: "elsewhere", Key: "a", Body: "no record" }));
    const asked: string[] = [];
    const source = bucketUsageSource(async (name) => {
      asked.push(name);
      return aws.s3(undefined, name);
    }, null);
    const reading = await source.read(requestOf("s3://elsewhere", START, START + 1), () => undefined, signal);
    expect(reading).toMatchObject({ lines: 1, complete: true });
    expect(asked).toEqual(["us-east-1", "eu-west-1", "eu-west-1"]);
  });

  it("that cannot be listed are no empty place: the problem says what to do", async () => {
    const aws = await ledgerAws({ places: [{ region: "us-east-1" }] });
    const source = bucketUsageSource(async () => aws.s3(), null);
    const read = (place: string) => source.read(requestOf(place, START, START + 1), () => undefined, signal);
    expect(await read("s3://not-there/logs")).toMatchObject({
      complete: false,
      problems: [{ code: "NotFound", message: expect.stringContaining("There is no bucket for s3://not-there/logs/") }],
    });
  });

  it.each([
    [403, "AccessDenied", /was denied: allow s3:ListBucket on arn:aws:s3:::b-b\./],
    [503, "SlowDown", /ListObjectsV2 of s3:\/\/b-b\/ failed \(SlowDown: .*\): the next pass tries again/],
  ])("tell of an answer with status %i", async (status, code, message) => {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
    const { endpoint } = await tinyService(() => ({ status, body }));
    const s3 = new S3Client({ endpoint, forcePathStyle: true, ...clientOptions("111122223333", "us-east-1") });
    const source = bucketUsageSource(async () => s3, null);
    const { complete, problems } = await source.read(requestOf("s3://b-b", START, START + 1), () => undefined, signal);
    expect(complete).toBe(false);
    expect(problems).toMatchObject([{ code, message: expect.stringMatching(message), operation: "ListObjectsV2" }]);
  });

  it.each([
    ["a small", 1000],
    ["a large", 9_000_000],
  ])("tell of %s object whose connection broke, and are not complete", async (_name, size) => {
    const listing = `<?xml version="1.0"?><ListBucketResult><Contents><Key>a</Key><LastModified>${new Date(START).toISOString()}</LastModified><Size>${size}</Size></Contents></ListBucketResult>`;
    const { endpoint } = await brokenObject(listing, size);
    const s3 = new S3Client({ endpoint, forcePathStyle: true, ...clientOptions("111122223333", "us-east-1") });
    const source = bucketUsageSource(async () => s3, null);
    const { complete, problems } = await source.read(requestOf("s3://b-b", START, START + 1), () => undefined, signal);
    expect(complete).toBe(false);
    expect(problems).toMatchObject([
      { operation: "GetObject", message: expect.stringMatching(/GetObject of s3:\/\/b-b\/a failed \(/) },
    ]);
  });

  it("do not say where they are unless a place is named", async () => {
    const clientOf = () => Promise.reject(new Error("nobody asks"));
    const tool = interpreterId("tool-VbMl9Hi8I4");
    expect(await bucketUsageSource(clientOf, null).locate(target("us-east-1"), tool, signal)).toMatchObject({
      kind: "none",
      reason: "not-enabled",
    });
    expect(await bucketUsageSource(clientOf, "s3://b-b/x").locate(target("us-east-1"), tool, signal)).toMatchObject({
      kind: "found",
      location: { kind: "bucket", place: "s3://b-b/x", foundBy: "setting", windows: "delivery" },
    });
  });
});

describe("usage logs that AWS delivers to a bucket", () => {
  it.each([0.25, 1, 6])("give each record once, in windows of %d hours", async (hours) => {
    const aws = await ledgerAws("ledger");
    const source = bucketUsageSource(async () => aws.s3(), null);
    const place = "s3://ledger-usage-111122223333/agentcore";
    const seen = new Map<string, number>();
    let aside = 0;
    for (let from = START - 40 * 24 * hourMs, now = START; now <= START + 6 * hourMs; now += hours * hourMs) {
      const reading = await source.read(
        requestOf(place, from, now - 60_000),
        (batches: readonly SessionBatch[]) => {
          for (const { key, usage } of batches) seen.set(key.session, (seen.get(key.session) ?? 0) + usage.length);
        },
        signal,
      );
      expect(reading).toMatchObject({ complete: true, problems: [] });
      aside += reading.lines - reading.records;
      from = now - 60_000;
      aws.advance(hours * hourMs);
    }
    const truth = truthOf(aws.world).sessions.filter(({ usageLogs }) => usageLogs === "bucket");
    expect(aside).toBe(1);
    expect([...seen.keys()].toSorted()).toEqual(truth.map(({ session }) => session).toSorted());
    for (const { session, records } of truth) {
      // A record that the service delivered twice is there twice.
      expect(seen.get(session)).toBeGreaterThanOrEqual(records ?? 0);
    }
    const [first] = truth;
    const one = await source.read(
      { ...requestOf(place, START - 40 * 24 * hourMs, START + 12 * hourMs), session: sessionId(first?.session ?? "") },
      () => undefined,
      signal,
    );
    expect(one.records).toBe(seen.get(sessionId(first?.session ?? "")));
  });
});
