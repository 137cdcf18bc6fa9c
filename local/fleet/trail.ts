import { gzipSync } from "node:zlib";
import type { Bucket, LocalCall, LocalInterpreter, LocalSession, Place, World } from "../world.ts";
import { callsOf } from "./calls.ts";
import { plannedEnd } from "./life.ts";
import { principalOf } from "./principal.ts";
import { between, hash, hashText } from "./random.ts";
import { storedObject } from "./stored-object.ts";

/** "CloudTrail typically delivers logs within an average of about 5 minutes"; here 2 to 15 after the call. */
const fileMs = 300_000;
const longestLagMs = 15 * 60_000;

/** Writes the trail's files that were due by `now`: the data events of sessions that start and are stopped. */
export function deliverTrail(world: World, bucket: Bucket, now: number): void {
  for (const place of world.places()) {
    if (place.trail?.bucket !== bucket.name) continue;
    const of = `trail/${place.account}/${place.region}`;
    const from = bucket.deliveredUntil.get(of) ?? 0;
    const until = Math.floor(now / fileMs) * fileMs;
    if (until <= from) continue;
    bucket.deliveredUntil.set(of, until);
    const files = new Map<number, object[]>();
    for (const { at, event } of eventsOf(place, from - longestLagMs, until)) {
      if (at < from || at >= until) continue;
      const file = Math.floor(at / fileMs);
      const held = files.get(file) ?? [];
      files.set(file, held);
      held.push(event());
    }
    for (const [file, records] of files) {
      const writtenAt = (file + 1) * fileMs;
      const body = gzipSync(JSON.stringify({ Records: records }));
      const headers = { "content-type": "application/json", "content-encoding": "gzip" };
      bucket.objects.set(keyOf(place, place.trail.prefix, writtenAt), storedObject(body, writtenAt, headers));
    }
  }
}

function* eventsOf(place: Place, from: number, until: number): Iterable<{ at: number; event: () => object }> {
  for (const [id, sessions] of place.sessions) {
    const interpreter = place.interpreters.get(id);
    if (interpreter === undefined) continue;
    for (const session of sessions.values()) {
      if (session.createdAt >= until || plannedEnd(session).endedAt < from) continue;
      for (const [index, call] of startAndStop(session).entries()) {
        const lagMs = Math.floor(between(2, 14, session.activity.seed, 82, index) * 60_000);
        yield { at: call.startAt + lagMs, event: () => eventOf(interpreter, session, call, index) };
      }
    }
  }
}

const startAndStop = (session: LocalSession): readonly LocalCall[] => {
  const { endedAt } = plannedEnd(session);
  const around = [
    ...callsOf(session, session.createdAt, session.createdAt + 1),
    ...callsOf(session, endedAt - 1, endedAt + 1),
  ].filter(({ operation }) => operation !== "InvokeCodeInterpreter");
  return [...new Map(around.map((call) => [call.operation, call])).values()];
};

function eventOf(interpreter: LocalInterpreter, session: LocalSession, call: LocalCall, index: number): object {
  const principal = principalOf(session);
  const { seed } = session.activity;
  const id = (label: number): string => hex(seed, 10 * label + index);
  const isStart = call.operation === "StartCodeInterpreterSession";
  const named = { codeInterpreterIdentifier: interpreter.id };
  const answered = { ...named, sessionId: session.id };
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `${principal.roleId}:${principal.sessionName}`,
      arn: principal.arn,
      accountId: session.account,
      accessKeyId: `ASIA${session.account}AAAA`,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: principal.roleId,
          arn: principal.roleArn,
          accountId: session.account,
          userName: principal.roleName,
        },
        attributes: { creationDate: seconds(session.createdAt - 600_000), mfaAuthenticated: "false" },
      },
    },
    eventTime: seconds(call.startAt),
    eventSource: "bedrock-agentcore.amazonaws.com",
    eventName: call.operation,
    awsRegion: session.region,
    sourceIPAddress: "192.0.2.10",
    userAgent: "Boto3/1.40.0",
    requestParameters: isStart ? { ...named, sessionTimeoutSeconds: session.timeoutSeconds } : answered,
    responseElements: isStart ? { ...answered, createdAt: new Date(session.createdAt).toISOString() } : answered,
    requestID: id(1),
    eventID: id(2),
    readOnly: false,
    resources: [
      {
        accountId: session.account,
        type: `AWS::BedrockAgentCore::CodeInterpreter${interpreter.kind === "CUSTOM" ? "Custom" : ""}`,
        ARN: interpreter.arn,
      },
    ],
    eventType: "AwsApiCall",
    managementEvent: false,
    recipientAccountId: session.account,
    eventCategory: "Data",
  };
}

function hex(seed: number, label: number): string {
  const digits = [1, 2, 3, 4].map((part) => hash(seed, label, part).toString(16).padStart(8, "0")).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}

const seconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** The layout of every trail: by account, Region and day, with the account, Region and minute in each file's name. */
function keyOf(place: Place, prefix: string, writtenAt: number): string {
  const [year, month, day, hour, minute] = new Date(writtenAt).toISOString().split(/[-T:]/);
  const unique = hashText(hashText(0, `${place.account}/${place.region}`), String(writtenAt)).toString(36);
  const folder = `${prefix}AWSLogs/${place.account}/CloudTrail/${place.region}/${year}/${month}/${day}`;
  return `${folder}/${place.account}_CloudTrail_${place.region}_${year}${month}${day}T${hour}${minute}Z_${unique.padStart(16, "A")}.json.gz`;
}
