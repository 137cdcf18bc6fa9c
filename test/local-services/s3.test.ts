import { Agent } from "node:http";
import { Readable } from "node:stream";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { ledgerAws } from "./ledger-clients.ts";
import { ACCOUNT, clientOptions, refusalOf } from "./local-aws.ts";

const aws = await ledgerAws({ places: [] });
const s3 = aws.s3();
const Bucket = "history-111122223333";
await s3.send(new CreateBucketCommand({ Bucket }));

const put = (Key: string, rest: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: "hello", ...rest }));
const get = async (Key: string, Range?: string) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, Range }));
  return { ...answer, text: await answer.Body?.transformToString() };
};

describe("objects", () => {
  it.each(["a", "a b+c/ü&<=.parquet", "account=1/day=2026-11-20/x.parquet", "%41"])(
    "come back under %s as they went",
    async (key) => {
      const { ETag } = await put(key, { Body: `of ${key}`, Metadata: { team: "finance" }, ContentType: "text/plain" });
      const { text, ETag: tag, Metadata, ContentType, LastModified } = await get(key);
      expect([text, tag, Metadata, ContentType]).toEqual([`of ${key}`, ETag, { team: "finance" }, "text/plain"]);
      expect(LastModified?.getTime()).toBe(aws.world.clock.now());
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: key }));
      expect([head.ContentLength, head.ETag]).toEqual([Buffer.byteLength(`of ${key}`), ETag]);
    },
  );

  it("keep an encoding that is theirs, and lose the one of their transport", async () => {
    const Body = Buffer.from([31, 139, 8, 0, 255]);
    await put("gz", { Body, ContentEncoding: "gzip" });
    const { ContentEncoding, Body: body } = await s3.send(new GetObjectCommand({ Bucket, Key: "gz" }));
    expect([ContentEncoding, Buffer.from((await body?.transformToByteArray()) ?? [])]).toEqual(["gzip", Body]);
  });

  it("may come as a stream, framed in chunks with a trailing checksum", async () => {
    const body = Buffer.alloc(200_000, "0123456789");
    const Body = Readable.from([body.subarray(0, 70_001), body.subarray(70_001)]);
    const { ChecksumCRC32 } = await put("streamed", { Body, ContentLength: body.length });
    expect(ChecksumCRC32).toMatch(/^[A-Za-z0-9+/]{6}==$/);
    expect((await get("streamed")).text).toBe(body.toString());
  });

  it.each([
    ["bytes=0-1", "he", "bytes 0-1/5"],
    ["bytes=3-", "lo", "bytes 3-4/5"],
    ["bytes=-2", "lo", "bytes 3-4/5"],
    ["bytes=4-99", "o", "bytes 4-4/5"],
  ])("give the range %s", async (range, wanted, contentRange) => {
    await put("ranged");
    const { text, ContentRange, $metadata } = await get("ranged", range);
    expect([text, ContentRange, $metadata.httpStatusCode]).toEqual([wanted, contentRange, 206]);
  });

  it("are gone once deleted, and may be deleted again", async () => {
    await put("gone");
    for (const _ of [1, 2]) await s3.send(new DeleteObjectCommand({ Bucket, Key: "gone" }));
    expect(await refusalOf(get("gone"))).toMatchObject({ name: "NoSuchKey", status: 404 });
    expect(await refusalOf(s3.send(new HeadObjectCommand({ Bucket, Key: "gone" })))).toMatchObject({ status: 404 });
  });
});

describe("conditions", () => {
  it("write once, or over exactly what was read", async () => {
    const { ETag } = await put("lock", { IfNoneMatch: "*" });
    expect(await refusalOf(put("lock", { IfNoneMatch: "*" }))).toMatchObject({
      name: "PreconditionFailed",
      status: 412,
    });
    const second = await put("lock", { IfMatch: ETag, Body: "second" });
    expect(await refusalOf(put("lock", { IfMatch: ETag }))).toMatchObject({ status: 412 });
    expect((await get("lock")).text).toBe("second");
    expect(await refusalOf(put("nothing", { IfMatch: second.ETag }))).toMatchObject({ name: "NoSuchKey", status: 404 });
    expect(await refusalOf(put("lock", { IfNoneMatch: '"abc"' }))).toMatchObject({
      name: "NotImplemented",
      status: 501,
    });
  });
});

describe("what is refused", () => {
  it.each([
    ["a wrong MD5", { ContentMD5: Buffer.alloc(16).toString("base64") }, "BadDigest"],
    ["no MD5 at all", { ContentMD5: "abc" }, "InvalidDigest"],
    ["a wrong CRC32", { ChecksumCRC32: "AAAAAA==" }, "BadDigest"],
    ["a checksum that is not computed here", { ChecksumCRC32C: "AAAAAA==" }, "NotImplemented"],
    ["a header that would change the meaning", { ObjectLockMode: "GOVERNANCE" } as const, "NotImplemented"],
  ])("%s", async (_, input, name) => {
    expect(await refusalOf(put("bad", input))).toMatchObject({ name });
    expect(await refusalOf(get("bad"))).toMatchObject({ name: "NoSuchKey" });
  });

  it("is a bucket that is not there, another's, or elsewhere", async () => {
    const list = (client: S3Client, name: string) => refusalOf(client.send(new ListObjectsV2Command({ Bucket: name })));
    expect(await list(s3, "nowhere-at-all")).toMatchObject({ name: "NoSuchBucket", status: 404 });
    expect(await list(aws.s3("999988887777"), Bucket)).toMatchObject({ name: "AccessDenied", status: 403 });
    expect(await list(aws.s3(ACCOUNT, "eu-west-1"), Bucket)).toMatchObject({
      name: "AuthorizationHeaderMalformed",
      status: 400,
    });
    expect(await refusalOf(aws.s3("999988887777").send(new CreateBucketCommand({ Bucket })))).toMatchObject({
      name: "BucketAlreadyExists",
      status: 409,
    });
  });

  it("is a range behind the end", async () => {
    await put("short");
    expect(await refusalOf(get("short", "bytes=5-9"))).toMatchObject({ name: "InvalidRange", status: 416 });
  });
});

describe("ListObjectsV2", () => {
  const keys = ["l/a", "l/b/1", "l/b/2", "l/c&d", "l/é", "l/z"];
  const list = (input: Partial<ListObjectsV2CommandInput>) =>
    s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", ...input }));

  it("gives every key once over all pages, in the order of their bytes", async () => {
    for (const key of keys) await put(key);
    for (const MaxKeys of [1, 2, 4, 6]) {
      const found: (string | undefined)[] = [];
      let token: string | undefined;
      do {
        const page = await list({ MaxKeys, ContinuationToken: token });
        expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
        found.push(...(page.Contents ?? []).map(({ Key }) => Key));
        token = page.NextContinuationToken;
        expect(page.IsTruncated).toBe(token !== undefined);
      } while (token !== undefined);
      expect(found).toEqual(["l/a", "l/b/1", "l/b/2", "l/c&d", "l/z", "l/é"]);
    }
  });

  it("groups by a delimiter, starts after a key, and writes keys as URLs where asked", async () => {
    const { Contents = [], CommonPrefixes = [] } = await list({ Delimiter: "/" });
    expect([Contents.length, CommonPrefixes]).toEqual([4, [{ Prefix: "l/b/" }]]);
    expect((await list({ StartAfter: "l/c&d" })).Contents?.map(({ Key }) => Key)).toEqual(["l/z", "l/é"]);
    expect((await list({ EncodingType: "url" })).Contents?.[3]?.Key).toBe("l/c%26d");
    expect(await refusalOf(list({ ContinuationToken: "nonsense" }))).toMatchObject({ name: "InvalidArgument" });
  });
});

it("is reached by the host name of a bucket too", async () => {
  // Not every resolver knows that all names under localhost are this machine.
  const httpAgent = new Agent({
    lookup: (_name, _options, found) => found(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  const client = new S3Client({
    endpoint: aws.url.replace("127.0.0.1", "localhost"),
    requestHandler: { httpAgent },
    ...clientOptions(ACCOUNT, "us-east-1"),
  });
  await client.send(new HeadBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: "by/host", Body: "x" }));
  expect((await get("by/host")).text).toBe("x");
});
