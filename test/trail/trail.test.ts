import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bucketTrail, folderTrail } from "../../adapters/files/trail.ts";
import { mayHoldTrailOf } from "../../adapters/files/trail-folder.ts";
import { instant, isoOf } from "../../core/kernel/instant.ts";
import { truthOf } from "../../local/truth.ts";
import { target } from "../aws/embedded.ts";
import { ledgerAws } from "../local-services/ledger-clients.ts";
import { START } from "../local-services/local-aws.ts";

const hourMs = 3_600_000;
const signal = new AbortController().signal;
const role = "arn:aws:sts::111122223333:assumed-role/agents/etl";

interface EventParts {
  readonly session?: unknown;
  readonly arn?: unknown;
  readonly at?: number;
  readonly name?: string;
  readonly more?: object;
}

const eventOf = ({
  session = "A",
  arn = role,
  at = START,
  name = "StartCodeInterpreterSession",
  more = {},
}: EventParts) => ({
  eventVersion: "1.11",
  userIdentity: { type: "AssumedRole", arn },
  eventTime: `${isoOf(instant(at)).slice(0, 19)}Z`,
  eventSource: "bedrock-agentcore.amazonaws.com",
  eventName: name,
  awsRegion: "us-east-1",
  requestParameters: { codeInterpreterIdentifier: "tool-VbMl9Hi8I4" },
  responseElements: { codeInterpreterIdentifier: "tool-VbMl9Hi8I4", sessionId: session },
  recipientAccountId: "111122223333",
  ...more,
});

function trailIn(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "trail-"));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    const bytes = content instanceof Uint8Array ? content : JSON.stringify({ Records: content });
    writeFileSync(file, bytes);
  }
  return folder;
}

const read = (folder: string, from = START - hourMs, until = START + hourMs) =>
  folderTrail(folder, () => instant(START)).read(target("us-east-1"), instant(from), instant(until), signal);

describe("a trail", () => {
  it("says who started which session", async () => {
    const other = eventOf({ session: "C", more: { userIdentity: { arn: "arn:aws:iam::111122223333:user/ann" } } });
    const folder = trailIn({
      "a.json": [eventOf({}), eventOf({ name: "StopCodeInterpreterSession", session: "B" })],
      "b.json.gz": gzipSync(JSON.stringify({ Records: [other] })),
    });
    const { principals, problems } = await read(folder);
    expect(problems).toEqual([]);
    const key = { account: "111122223333", region: "us-east-1", interpreter: "tool-VbMl9Hi8I4" };
    expect(principals).toEqual([
      { ...key, session: "A", principal: role },
      { ...key, session: "C", principal: "arn:aws:iam::111122223333:user/ann" },
    ]);
  });

  it("says nothing of starts that failed, of other targets and of other times", async () => {
    const folder = trailIn({
      "a.json": [
        eventOf({ session: "failed", more: { errorCode: "ServiceQuotaExceededException", responseElements: null } }),
        eventOf({ session: "region", more: { awsRegion: "eu-west-1" } }),
        eventOf({ session: "account", more: { recipientAccountId: "222233334444" } }),
        eventOf({ session: "before", at: START - hourMs - 1000 }),
        eventOf({ session: "first", at: START - hourMs }),
        eventOf({ session: "last", at: START + hourMs - 1000 }),
        eventOf({ session: "after", at: START + hourMs }),
      ],
    });
    const { principals, problems } = await read(folder);
    expect(principals.map(({ session }) => session)).toEqual(["first", "last"]);
    expect(problems).toEqual([]);
  });

  it.each([
    [6 * hourMs - 1, ["A"]],
    [6 * hourMs, []],
  ])("is read in files that come up to six hours after (%d ms)", async (lateMs, expected) => {
    const folder = trailIn({ "a.json": [eventOf({})] });
    const until = instant(START + 1000);
    const trail = folderTrail(folder, () => instant(until + lateMs));
    const { principals } = await trail.read(target("us-east-1"), instant(START), until, signal);
    expect(principals.map(({ session }) => session)).toEqual(expected);
  });

  it("counts starts of an unknown shape, and reads the others", async () => {
    const folder = trailIn({
      "a.json": [
        eventOf({ session: "HIDDEN_DUE_TO_SECURITY_REASONS" }),
        eventOf({ more: { userIdentity: { type: "AWSAccount", accountId: "222233334444" } } }),
        eventOf({ more: { responseElements: null } }),
        eventOf({ more: { responseElements: { sessionId: "X" }, requestParameters: null } }),
        eventOf({ more: { eventTime: "yesterday" } }),
        null,
        "text",
        {},
        eventOf({ session: "B" }),
      ],
    });
    const { principals, problems } = await read(folder);
    expect(principals.map(({ session }) => session)).toEqual(["B"]);
    expect(problems).toMatchObject([{ code: "UnknownEvents", operation: "StartCodeInterpreterSession" }]);
    expect(problems[0]?.message).toMatch(
      /^5 events of StartCodeInterpreterSession did not say .*a\.json lacks responseElements\.sessionId\)/,
    );
  });

  it("takes the interpreter from the request where the answer does not name it", async () => {
    const folder = trailIn({ "a.json": [eventOf({ more: { responseElements: { sessionId: "A" } } })] });
    expect((await read(folder)).principals).toMatchObject([{ session: "A", interpreter: "tool-VbMl9Hi8I4" }]);
  });

  it("tells of files that cannot be read, and reads the others", async () => {
    const folder = trailIn({
      "a.json": [eventOf({ session: "A" })],
      "cut.json.gz": gzipSync(JSON.stringify({ Records: [eventOf({ session: "B" })] })).subarray(0, 60),
      "list.json": Buffer.from("[]"),
      "null.json": Buffer.from("null"),
      "text.json": Buffer.from("no json"),
    });
    const { principals, problems } = await read(folder);
    expect(principals.map(({ session }) => session)).toEqual(["A"]);
    expect(
      problems.map(({ message }) => /([a-z]+)\.json.* could not be read: ([^;]*);/.exec(message)?.slice(1)),
    ).toEqual([
      ["cut", "its gzip data ends too early"],
      ["list", "it has no list of Records"],
      ["null", "it has no list of Records"],
      ["text", "it is no JSON"],
    ]);
  });

  it("that is not there is no empty trail", async () => {
    const { principals, problems } = await read(path.join(tmpdir(), "no-trail-here"));
    expect([principals, problems]).toMatchObject([[], [{ code: "ENOENT" }]]);
  });

  it("in a bucket tells of every session, as AWS delivers it", async () => {
    const aws = await ledgerAws("ledger");
    aws.advance(7 * hourMs);
    const trail = bucketTrail(async () => aws.s3(), "s3://ledger-trail-111122223333/org/");
    const from = instant(START - 48 * hourMs);
    const { principals, problems } = await trail.read(target("us-east-1"), from, instant(START + 7 * hourMs), signal);
    expect(problems).toEqual([]);
    const truth = truthOf(aws.world).sessions.filter(
      ({ account, region }) => account === "111122223333" && region === "us-east-1",
    );
    expect(Object.fromEntries(principals.map(({ session, principal }) => [session, principal]))).toEqual(
      Object.fromEntries(truth.map(({ session, principal }) => [session, principal])),
    );
    expect(principals).toHaveLength(truth.length);
  });

  it("of a bucket that is not there says so", async () => {
    const aws = await ledgerAws({ places: [{ region: "us-east-1" }] });
    const trail = bucketTrail(async () => aws.s3(), "s3://not-there");
    const { problems } = await trail.read(target("us-east-1"), instant(START), instant(START + 1), signal);
    expect(problems).toMatchObject([{ code: "NotFound", operation: "ListObjectsV2" }]);
  });
});

describe("a trail that is followed", () => {
  /** Each file arrives so many milliseconds after the start as it has bytes. */
  const follow = (folder: string, fromMs: number, untilMs: number) =>
    folderTrail(folder, (stats) => instant(START + stats.size)).follow(
      target("us-east-1"),
      instant(START + fromMs),
      instant(START + untilMs),
      signal,
    );
  const sized = (events: readonly unknown[], bytes: number): Uint8Array =>
    Buffer.from(JSON.stringify({ Records: events }).padEnd(bytes));

  it("tells of the files that were delivered meanwhile, whenever their sessions started", async () => {
    const folder = trailIn({
      "a.json": sized([eventOf({ session: "A", at: START - 90 * 24 * hourMs })], 999),
      "b.json": sized([eventOf({ session: "B" })], 1000),
      "c.json": sized([eventOf({ session: "C" })], 1999),
      "d.json": sized([eventOf({ session: "D" })], 2000),
    });
    const first = await follow(folder, 1000, 2000);
    expect(first.starts.map(({ session }) => session)).toEqual(["B", "C"]);
    expect(first).toMatchObject({ readUntil: START + 2000, problems: [] });
    expect((await follow(folder, first.readUntil - START, 3000)).starts.map(({ session }) => session)).toEqual(["D"]);
  });

  it("waits at the first file that cannot be read, and goes on once it is mended", async () => {
    const folder = trailIn({
      "a.json": sized([eventOf({ session: "A" })], 1000),
      "b.json": Buffer.from("no json".padEnd(1500)),
      "c.json": sized([eventOf({ session: "C" })], 2000),
    });
    const first = await follow(folder, 0, 3000);
    expect(first.starts.map(({ session }) => session)).toEqual(["A"]);
    expect(first).toMatchObject({ readUntil: START + 1500, problems: [{ code: "BadFile" }] });
    writeFileSync(path.join(folder, "b.json"), sized([eventOf({ session: "B" })], 1500));
    const second = await follow(folder, first.readUntil - START, 3000);
    expect(second.starts.map(({ session }) => session)).toEqual(["B", "C"]);
    expect(second).toMatchObject({ readUntil: START + 3000, problems: [] });
  });

  it("stays where it is when its place cannot be listed", async () => {
    const { starts, readUntil, problems } = await follow(path.join(tmpdir(), "no-trail-here"), 1000, 2000);
    expect([starts, readUntil, problems]).toMatchObject([[], START + 1000, [{ code: "ENOENT" }]]);
  });

  it.each([
    [999, 999, 0],
    [1000, 1000, 0],
    [1001, 1000, 1],
  ])("leaves what is more than a thousand files for the next time, and says so: %d", async (count, read, left) => {
    const empty = JSON.stringify({ Records: [] });
    const folder = trailIn(
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`${index}.json`, Buffer.from(empty.padEnd(1000 + index))]),
      ),
    );
    const { readUntil, problems } = await follow(folder, 1000, 3000);
    expect(readUntil - START).toBe(left === 0 ? 3000 : 1000 + read);
    expect(problems.map(({ code }) => code)).toEqual(left === 0 ? [] : ["TrailBehind"]);
  });

  it("never parts files of one moment, however many they are", async () => {
    const file = sized([eventOf({})], 1000);
    const folder = trailIn(Object.fromEntries(Array.from({ length: 1002 }, (_, index) => [`${index}.json`, file])));
    const { starts, readUntil, problems } = await follow(folder, 1000, 3000);
    expect([starts.length, readUntil - START, problems]).toEqual([1002, 3000, []]);
  });

  it("in a bucket is the same, day by day", async () => {
    const aws = await ledgerAws("ledger");
    aws.advance(30 * hourMs);
    const trail = bucketTrail(async () => aws.s3(), "s3://ledger-trail-111122223333/org/");
    const until = instant(START + 30 * hourMs);
    const whole = await trail.follow(target("us-east-1"), instant(START - 48 * hourMs), until, signal);
    const found: string[] = [];
    for (let at = instant(START - 48 * hourMs); at < until; at = instant(at + 2 * hourMs)) {
      const { starts, readUntil } = await trail.follow(target("us-east-1"), at, instant(at + 2 * hourMs), signal);
      expect(readUntil).toBe(at + 2 * hourMs);
      found.push(...starts.map(({ session }) => session));
    }
    expect(whole.starts.length).toBeGreaterThan(0);
    expect(found.sort()).toEqual(whole.starts.map(({ session }) => session as string).sort());
  });
});

describe("a folder of a trail", () => {
  it.each([
    ["", true],
    ["org/", true],
    ["org/AWSLogs/", true],
    ["AWSLogs/111122223333/", true],
    ["AWSLogs/222233334444/", false],
    ["AWSLogs/o-exampleorgid/", true],
    ["AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/2026/11/20/", true],
    ["AWSLogs/o-exampleorgid/222233334444/CloudTrail/us-east-1/", false],
    ["AWSLogs/111122223333/CloudTrail/", true],
    ["AWSLogs/111122223333/CloudTrail/eu-west-1/", false],
    ["AWSLogs/111122223333/CloudTrail-Digest/us-east-1/", false],
    ["AWSLogs/111122223333/CloudTrail-Insight/us-east-1/", false],
    ["my/own/eu-west-1/", true],
  ])("%s can have events of a target: %s", (folder, expected) => {
    expect(mayHoldTrailOf(folder, target("us-east-1"))).toBe(expected);
  });
});
