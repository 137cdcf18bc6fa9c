import { FilterLogEventsCommand, type FilterLogEventsCommandOutput } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { awsSessionCalls } from "../../adapters/aws/session-calls.ts";
import { callOfLog, callOfSpan } from "../../adapters/aws/session-calls-record.ts";
import type { SessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { signal } from "../aws/embedded.ts";
import { arnOf, calledFleet, here, idOf, type Tool } from "./called-fleet.ts";

const minuteMs = 60_000;
const now = instant(Date.UTC(2026, 10, 20, 14));
const at = (minutes: number): number => now + Math.round(minutes * minuteMs);

interface SpanTimes {
  readonly from: unknown;
  readonly until: unknown;
}

const spanText = (times: SpanTimes): string =>
  JSON.stringify({
    attributes: {
      "aws.operation.name": "InvokeCodeInterpreter",
      "aws.resource.arn": arnOf(idOf("told")),
      "toolsession.id": "s",
      "aws.request.id": "r",
    },
    startTimeUnixNano: times.from,
    endTimeUnixNano: times.until,
  });

const spanOf = (times: SpanTimes) => callOfSpan(spanText(times), null, idOf("told"), now);
const nanos = (minutes: number): number => at(minutes) * 1e6;

describe("a span", () => {
  it.each([
    ["that lasts 15 minutes", nanos(-20), nanos(-5), true],
    ["that lasts 15 minutes, and what clocks differ by", nanos(-20), nanos(-4), true],
    ["that lasts longer", nanos(-20), nanos(-4) + 1e6, false],
    ["that ends now, and what clocks differ by", nanos(0), nanos(1), true],
    ["that ends later", nanos(0), nanos(1) + 1e6, false],
    ["that takes no time", nanos(-1), nanos(-1), true],
    ["that ends before it begins", nanos(-1), nanos(-1) - 1e6, false],
    ["of no instant that a date can say", 1e300, 1e300, false],
    ["of one in a text", "1e300", "1e300", false],
    ["of infinity", "Infinity", "Infinity", false],
    ["of text", "soon", "later", false],
    ["without an end", nanos(-1), undefined, false],
  ])("%s is a call: %s to %s: %s", (_, from, until, isCall) => {
    const told = spanOf({ from, until });
    if (isCall) expect(told).toMatchObject({ session: "s" });
    else expect(told).toBe("odd");
  });

  it("of another operation, or without a session, is none, whatever its times are", () => {
    const text = spanText({ from: 1e300, until: 1e300 });
    expect(callOfSpan(text.replace("InvokeCode", "StartCode"), null, idOf("told"), now)).toBeNull();
    expect(callOfSpan(text.replace("toolsession", "other"), null, idOf("told"), now)).toBeNull();
  });
});

describe("an application log", () => {
  const logOf = (event_timestamp: unknown, stamp: number | null = at(-1)) => {
    const line = { operation: "InvokeCodeInterpreter", resource_arn: arnOf(idOf("logged")) };
    const text = JSON.stringify({ ...line, session_id: "s", request_id: "r", event_timestamp });
    return callOfLog(text, stamp, idOf("logged"), now);
  };

  it.each([
    [at(1), true],
    [at(1) + 1, false],
    [1e300, false],
    [-1, false],
  ])("stamped %f is of a call: %s", (stamp, isCall) => {
    if (isCall) expect(logOf(stamp)).toMatchObject({ counted: { start: stamp } });
    else expect(logOf(stamp)).toBe("odd");
  });

  it("without a stamp of its own has that of the group", () => {
    expect(logOf(undefined)).toMatchObject({ counted: { completion: at(-1) } });
    expect(logOf(undefined, null)).toBe("odd");
  });
});

/** Two sessions of a tool, of which the victim was called 40 minutes ago, and what is read of it where a group holds more lines. */
async function forgedWorld(tool: Tool, forge: (message: string, victim: SessionId, other: SessionId) => string) {
  const fleet = await calledFleet();
  fleet.advance(60);
  const [victim, other] = [await fleet.start(tool), await fleet.start(tool)];
  await fleet.invoke(tool, other, 1);
  fleet.advance(70.3);
  await fleet.invoke(tool, victim, 30);
  fleet.advance(40);
  const read = async (clients: AwsClients) => {
    const window = fleet.window(125);
    const interpreter = { id: idOf(tool), arn: arnOf(idOf(tool)) };
    const found = await awsSessionCalls(clients)(
      here,
      interpreter,
      [victim, other],
      window,
      "unknown",
      fleet.now(),
      signal,
    );
    return { victim: found.get(victim), other: found.get(other) };
  };
  const lines = (answer: FilterLogEventsCommandOutput) => {
    const forged = (answer.events ?? [])
      .filter(({ message = "" }) => message.includes(victim))
      .map((event) => ({
        ...event,
        timestamp: (event.timestamp ?? 0) - 1,
        message: forge(event.message ?? "", victim, other),
      }));
    return { ...answer, events: [...forged, ...(answer.events ?? [])] };
  };
  return { plain: await read(fleet.clients), forged: await read(withLines(fleet.clients, lines)) };
}

/** The same clients, whose groups of logs hold more than the service wrote. */
function withLines(
  clients: AwsClients,
  more: (answer: FilterLogEventsCommandOutput) => FilterLogEventsCommandOutput,
): AwsClients {
  return {
    ...clients,
    cloudWatchLogs: async (region) => {
      const client = await clients.cloudWatchLogs(region);
      return new Proxy(client, {
        get: (real, name) =>
          name === "send"
            ? async (...[command, options]: Parameters<typeof real.send>) => {
                const answer = await real.send(command, options);
                return command instanceof FilterLogEventsCommand
                  ? more(answer as FilterLogEventsCommandOutput)
                  : answer;
              }
            : Reflect.get(real, name, real),
      });
    },
  };
}

const hour = (nanos: string): string => String(BigInt(nanos) - 3_600_000_000_000n);

describe.each(["told", "logged"] as const)("calls of sessions, where others can write lines too (%s)", (tool) => {
  it("are not hidden by a line that gives their request to another session", async () => {
    const { plain, forged } = await forgedWorld(tool, (message, victim, other) => message.replaceAll(victim, other));
    expect(plain.victim).toMatchObject({ kind: "known" });
    expect(forged.victim).toMatchObject({ kind: "unknown", code: expect.stringMatching(/^call-(logs|spans)-differ$/) });
  });

  it("are not hidden by a line that gives their request another time", async () => {
    const { forged } = await forgedWorld(tool, (message) =>
      message
        .replace(/"(startTimeUnixNano|endTimeUnixNano)":"?(\d+)"?/g, (_, name, value) => `"${name}":"${hour(value)}"`)
        .replace(/"event_timestamp":(\d+)/, (_, value) => `"event_timestamp":${Number(value) - 3_600_000}`),
    );
    expect(forged.victim).toMatchObject({ kind: "unknown", code: expect.stringMatching(/^call-(logs|spans)-differ$/) });
  });

  it("are unknown, of all sessions, where a line tells of one at no time, and not as none", async () => {
    const { forged } = await forgedWorld(tool, (message) =>
      message
        .replace(/"(startTimeUnixNano|endTimeUnixNano)":"?\d+"?/g, (_, name) => `"${name}":1e300`)
        .replace(/"event_timestamp":\d+/, '"event_timestamp":1e300'),
    );
    for (const each of [forged.victim, forged.other]) {
      expect(each).toMatchObject({
        code: expect.stringMatching(/^call-(logs|spans)-differ$/),
        message: expect.stringContaining("at a time at which none can have been"),
      });
    }
  });

  it("are the same where a line is written twice", async () => {
    const { plain, forged } = await forgedWorld(tool, (message) => message);
    expect(forged).toEqual(plain);
  });
});
