import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsCommandInput,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { describe, expect, it } from "vitest";
import { eventsOf } from "../../local/services/events.ts";
import { ACCOUNT, clientOptions, REGION, refusalOf, START, signedHeaders, testAws } from "./local-aws.ts";

const aws = await testAws();

const entry = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  Source: "sandmeter",
  DetailType: "Quota Pressure Changed",
  Detail: '{"used":1}',
  ...more,
});
const put = (Entries: PutEventsRequestEntry[], more: Partial<PutEventsCommandInput> = {}) =>
  aws.events.send(new PutEventsCommand({ Entries, ...more }));

describe("PutEvents", () => {
  it("keeps what it took, as a target would see it", async () => {
    const answer = await put([entry({ Resources: ["arn:aws:x"], Time: new Date(START - 1500) }), entry()]);
    expect(answer.FailedEntryCount).toBe(0);
    const kept = eventsOf(aws.world);
    expect(kept.map((event) => event.id)).toEqual(answer.Entries?.map((each) => each.EventId));
    expect(kept[0]).toEqual({
      account: ACCOUNT,
      region: REGION,
      id: kept[0]?.id,
      source: "sandmeter",
      "detail-type": "Quota Pressure Changed",
      time: "2026-11-20T11:59:58Z",
      resources: ["arn:aws:x"],
      detail: { used: 1 },
    });
    expect(kept[1]?.time).toBe("2026-11-20T12:00:00Z");
  });

  it.each<[string, Partial<PutEventsRequestEntry>, string]>([
    ["no source", { Source: undefined }, "InvalidArgument"],
    ["no detail type", { DetailType: undefined }, "InvalidArgument"],
    ["no detail", { Detail: undefined }, "InvalidArgument"],
    ["a detail that is no JSON", { Detail: "{" }, "MalformedDetail"],
    ["a detail that is a list", { Detail: "[]" }, "MalformedDetail"],
    ["a detail that is a text", { Detail: '"x"' }, "MalformedDetail"],
    ["AWS's own source", { Source: "aws.ec2" }, "NotAuthorizedForSourceException"],
    [
      "another account's bus",
      { EventBusName: `arn:aws:events:${REGION}:444455556666:event-bus/default` },
      "AccessDeniedException",
    ],
  ])("fails an entry with %s, and takes its neighbours", async (_, wrong, code) => {
    const before = eventsOf(aws.world).length;
    const answer = await put([entry(), entry(wrong), entry()]);
    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries?.map((each) => each.ErrorCode)).toEqual([undefined, code, undefined]);
    expect(answer.Entries?.[1]?.EventId).toBe(undefined);
    expect(eventsOf(aws.world)).toHaveLength(before + 2);
  });

  it.each<[string, Partial<PutEventsRequestEntry>, boolean]>([
    ["a bus that does not exist", { EventBusName: "other" }, false],
    ["a detail type of 128 characters", { DetailType: "d".repeat(128) }, true],
    ["a detail type of 129 characters", { DetailType: "d".repeat(129) }, false],
  ])("answers %s with success, whether it keeps the event or loses it", async (_, more, isKept) => {
    const answer = await put([entry(more)]);
    expect(answer.FailedEntryCount).toBe(0);
    const kept = eventsOf(aws.world).some((event) => event.id === answer.Entries?.[0]?.EventId);
    expect(kept).toBe(isKept);
  });

  it("takes the default bus by name and by ARN", async () => {
    const arn = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
    const answer = await put([entry({ EventBusName: "default" }), entry({ EventBusName: arn })]);
    expect(answer.FailedEntryCount).toBe(0);
  });

  it("refuses a global endpoint", async () => {
    const body = JSON.stringify({ Entries: [entry()], EndpointId: "abcde.veo" });
    const answer = await fetch(aws.url, {
      method: "POST",
      headers: signedHeaders("events", "1.1", "AWSEvents.PutEvents"),
      body,
    });
    expect(answer.status).toBe(400);
  });

  it.each([
    [0, false],
    [1, true],
    [9, true],
    [10, true],
    [11, false],
  ])("with %d entries: taken is %s", async (count, isTaken) => {
    const sent = put(Array.from({ length: count }, () => entry()));
    if (isTaken) expect((await sent).Entries).toHaveLength(count);
    else expect(await refusalOf(sent)).toMatchObject({ name: "ValidationException", status: 400 });
  });

  // 9 bytes of source, 1 of detail type, 14 of time, 4 of resources, and 8 around the filling of the detail.
  it.each([
    [262_143, true],
    [262_144, true],
    [262_145, false],
  ])("with %d bytes in all: taken is %s", async (bytes, isTaken) => {
    const fill = bytes - 2 * (9 + 1 + 14 + 4 + 8) - 2;
    const sized = (text: string) =>
      entry({ DetailType: "d", Time: new Date(START), Resources: ["arnx"], Detail: `{"a":"${text}"}` });
    const sent = put([sized("é"), sized("x".repeat(fill))]);
    if (isTaken) expect((await sent).FailedEntryCount).toBe(0);
    else expect(await refusalOf(sent)).toMatchObject({ name: "ValidationException", status: 400 });
  });

  it("loses part of a request when it is told to, and says which", async () => {
    const body = JSON.stringify({ faults: [{ kind: "partial-put-events", times: 1 }] });
    const added = await fetch(`${aws.url}/_local/faults`, { method: "POST", body });
    expect(added.status).toBe(200);
    const before = eventsOf(aws.world).length;
    const answer = await put([entry(), entry(), entry()]);
    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries?.map((each) => each.ErrorCode)).toEqual(["InternalFailure", undefined, "InternalFailure"]);
    expect(eventsOf(aws.world)).toHaveLength(before + 1);
    expect((await put([entry(), entry()])).FailedEntryCount).toBe(0);
  });

  it("keeps the latest ten thousand of a place", async () => {
    const west = new EventBridgeClient({ endpoint: aws.url, ...clientOptions(ACCOUNT, "us-west-2") });
    const kept = () => eventsOf(aws.world).filter((event) => event.region === "us-west-2");
    for (let round = 0; round < 1001; round += 1) {
      const Entries = Array.from({ length: 10 }, (_, n) => entry({ Detail: `{"n":${round * 10 + n}}` }));
      await west.send(new PutEventsCommand({ Entries }));
    }
    expect(kept()).toHaveLength(10_000);
    expect(kept()[0]?.detail).toEqual({ n: 10 });
  });
});
