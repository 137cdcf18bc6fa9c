import {
  BedrockAgentCoreClient,
  InvokeCodeInterpreterCommand,
  StartCodeInterpreterSessionCommand,
  StopCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import {
  DescribeDeliveriesCommand,
  DescribeDeliveryDestinationsCommand,
  DescribeDeliverySourcesCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import { callsOf } from "../../local/fleet/calls.ts";
import type { UnknownBehaviours } from "../../local/world.ts";
import { ledgerAws } from "./ledger-clients.ts";
import { ACCOUNT, clientOptions, REGION, refusalOf, START } from "./local-aws.ts";

const MINUTE = 60_000;
const tool = "tool-VbMl9Hi8I4";
const arn = `arn:aws:bedrock-agentcore:${REGION}:${ACCOUNT}:code-interpreter-custom/${tool}`;
const group = `/aws/vendedlogs/bedrock-agentcore/code-interpreter/APPLICATION_LOGS/${tool}`;

const open = async (unknowns: Partial<UnknownBehaviours> = {}) => {
  const aws = await ledgerAws(
    {
      places: [
        {
          region: REGION,
          interpreters: [
            { name: "tool", id: tool, applicationLogs: true, traces: true },
            { name: "silent", id: "silent-VbMl9Hi8I4" },
          ],
          sessions: [
            { interpreter: "tool", profile: "bursty", count: 3, createdSeconds: [0, 60], timeoutSeconds: 900 },
            { interpreter: "silent", profile: "bursty", count: 1, createdSeconds: 0, timeoutSeconds: 900 },
          ],
        },
      ],
    },
    { unknowns },
  );
  const sessions = new BedrockAgentCoreClient({ endpoint: aws.url, ...clientOptions(ACCOUNT, REGION) });
  return { ...aws, sessions };
};

type Open = Awaited<ReturnType<typeof open>>;

/** The JSON events of a group that can be read now. */
async function read(aws: Open, logGroupName: string, filterPattern?: string) {
  const { events = [] } = await aws
    .logs()
    .send(new FilterLogEventsCommand({ logGroupName, filterPattern, startTime: START }));
  return events
    .filter(({ message }) => message?.startsWith("{"))
    .map(({ message = "", timestamp = 0, ingestionTime = 0 }) => ({
      timestamp,
      ingestionTime,
      record: JSON.parse(message) as Record<string, unknown>,
    }));
}

const plannedCalls = (aws: Open) =>
  [...(aws.world.place(ACCOUNT, REGION)?.sessions.get(tool)?.values() ?? [])].flatMap((session) =>
    callsOf(session, 0, Number.MAX_SAFE_INTEGER).map((call) => ({ ...call, session: session.id })),
  );

describe("application logs", () => {
  it("hold one record of each call, in the members that the guide lists", async () => {
    const aws = await open();
    aws.advance(30 * MINUTE);
    const records = await read(aws, group);
    const expected = plannedCalls(aws).filter(({ operation }) => operation === "InvokeCodeInterpreter");
    expect(records.map(({ record, timestamp }) => [record["session_id"], timestamp]).toSorted()).toEqual(
      expected.map(({ session, startAt }) => [session, startAt]).toSorted(),
    );
    for (const { record, timestamp } of records) {
      expect(record).toEqual({
        resource_arn: arn,
        event_timestamp: timestamp,
        account_id: ACCOUNT,
        request_id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        session_id: expect.stringMatching(/^[0-9A-Z]{26}$/),
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        service_name: "AgentCore.CodeInterpreter",
        operation: "InvokeCodeInterpreter",
        request_payload: expect.any(Object),
        response_payload: expect.any(Object),
      });
    }
    expect(new Set(records.map(({ record }) => record["request_id"])).size).toBe(records.length);
  });

  it("come one to five minutes after the call is complete, and not while it is in flight", async () => {
    const aws = await open();
    const started = await aws.sessions.send(
      new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: tool, sessionTimeoutSeconds: 7200 }),
    );
    await aws.sessions.send(
      new InvokeCodeInterpreterCommand({
        codeInterpreterIdentifier: tool,
        sessionId: started.sessionId,
        name: "executeCode",
        arguments: { code: "sleep(600)" },
      }),
    );
    const own = () => read(aws, group, `"${started.sessionId}"`);
    aws.advance(11 * MINUTE - 1);
    expect(await own()).toEqual([]);
    aws.advance(4 * MINUTE + 1);
    const [found, ...others] = await own();
    expect(others).toEqual([]);
    expect(found?.timestamp).toBe(START);
    expect((found?.ingestionTime ?? 0) - START).toBeGreaterThanOrEqual(11 * MINUTE);
    expect((found?.ingestionTime ?? 0) - START).toBeLessThanOrEqual(15 * MINUTE);
  });

  it("are stamped with a call's completion, if so set", async () => {
    const aws = await open({ callLogStamp: "completion" });
    aws.advance(30 * MINUTE);
    const ends = plannedCalls(aws).filter(({ operation }) => operation === "InvokeCodeInterpreter");
    expect((await read(aws, group)).map(({ timestamp }) => timestamp).toSorted()).toEqual(
      ends.map(({ endAt }) => endAt).toSorted(),
    );
  });

  it("tell of a call that was refused because its session had been stopped", async () => {
    const aws = await open();
    const { sessionId } = await aws.sessions.send(
      new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: tool }),
    );
    const it = { codeInterpreterIdentifier: tool, sessionId };
    await aws.sessions.send(new StopCodeInterpreterSessionCommand(it));
    aws.advance(20 * MINUTE);
    const late = new InvokeCodeInterpreterCommand({ ...it, name: "listFiles", arguments: {} });
    expect((await refusalOf(aws.sessions.send(late))).status).toBe(404);
    aws.advance(6 * MINUTE);
    const records = await read(aws, group, `"${sessionId}"`);
    expect(records).toMatchObject([
      { timestamp: START + 20 * MINUTE, record: { response_payload: { __type: "ResourceNotFoundException" } } },
    ]);
  });

  it("are found by their deliveries, and are nowhere where nobody turned them on", async () => {
    const aws = await open();
    const logs = aws.logs();
    const { deliverySources = [] } = await logs.send(new DescribeDeliverySourcesCommand({ resourceArns: [arn] }));
    expect(deliverySources.map(({ logType }) => logType)).toEqual(["USAGE_LOGS", "APPLICATION_LOGS", "TRACES"]);
    const names = deliverySources.slice(1).flatMap(({ name }) => name ?? []);
    const { deliveries = [] } = await logs.send(new DescribeDeliveriesCommand({ deliverySourceNames: names }));
    expect(deliveries.map((each) => each.deliveryDestinationType)).toEqual(["CWL", "XRAY"]);
    const { deliveryDestinations = [] } = await logs.send(new DescribeDeliveryDestinationsCommand({}));
    const targets = deliveries.map(({ deliveryDestinationArn }) =>
      deliveryDestinations.find((each) => each.arn === deliveryDestinationArn),
    );
    expect(targets.map((each) => each?.deliveryDestinationConfiguration?.destinationResourceArn)).toEqual([
      `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${group}:*`,
      undefined,
    ]);
    const silent = new FilterLogEventsCommand({ logGroupName: group.replace(tool, "silent-VbMl9Hi8I4") });
    expect((await refusalOf(logs.send(silent))).name).toBe("ResourceNotFoundException");
  });
});

describe("spans", () => {
  it("tell the start and the end of each call of a session, and how it ended", async () => {
    const aws = await open();
    const { sessionId } = await aws.sessions.send(
      new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: tool }),
    );
    const it = { codeInterpreterIdentifier: tool, sessionId };
    await aws.sessions.send(
      new InvokeCodeInterpreterCommand({ ...it, name: "executeCode", arguments: { code: "sleep(30)" } }),
    );
    aws.advance(5 * MINUTE);
    await aws.sessions.send(new StopCodeInterpreterSessionCommand(it));
    aws.advance(5 * MINUTE);
    const spans = (await read(aws, "aws/spans", `"${sessionId}"`)).map(({ record }) => record);
    expect(spans).toMatchObject([
      { name: "StartCodeInterpreterSession", status: { code: "OK" } },
      {
        name: "InvokeCodeInterpreter",
        kind: "SERVER",
        startTimeUnixNano: START * 1e6,
        endTimeUnixNano: (START + 30_000) * 1e6,
        attributes: {
          "aws.operation.name": "InvokeCodeInterpreter",
          "aws.resource.arn": arn,
          "aws.account.id": ACCOUNT,
          "aws.region": REGION,
          "toolsession.id": sessionId,
          latency_ms: 30_000,
        },
      },
      { name: "StopCodeInterpreterSession", attributes: { session_duration_s: 300 } },
    ]);
  });

  it("tell of each session whose time ran out", async () => {
    const aws = await open();
    aws.advance(30 * MINUTE);
    const expired = (await read(aws, "aws/spans", "CodeInterpreterSessionExpire")).map(({ record }) => record);
    expect(expired).toHaveLength(3);
    expect(expired[0]).toMatchObject({ attributes: { session_duration_s: 900 } });
  });

  it("can be queried by the names of their attributes", async () => {
    const aws = await open();
    aws.advance(30 * MINUTE);
    const { queryId } = await aws.logs().send(
      new StartQueryCommand({
        logGroupName: "aws/spans",
        startTime: START / 1000,
        endTime: START / 1000 + 1800,
        queryString:
          'filter attributes.aws.operation.name = "InvokeCodeInterpreter" | stats count(*) as calls by attributes.toolsession.id',
      }),
    );
    const look = new GetQueryResultsCommand({ queryId });
    await aws.logs().send(look);
    await aws.logs().send(look);
    const { results = [] } = await aws.logs().send(look);
    const counts = results.map((row) => Number(row.find(({ field }) => field === "calls")?.value));
    const expected = plannedCalls(aws).filter(({ operation }) => operation === "InvokeCodeInterpreter").length;
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(expected);
    expect(counts).toHaveLength(3);
  });
});
