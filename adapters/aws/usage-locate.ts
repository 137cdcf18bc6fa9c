import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { Located, UsageLocation } from "../../core/ports/usage-source.ts";
import { abortable } from "./abortable.ts";
import { problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import type { Deliveries, Delivery } from "./deliveries.ts";
import { text, wholeNumber } from "./members.ts";

/**
 * Where an interpreter's usage records are: where its delivery says, else in the group that AWS's console and documents
 * name, else in the group of `setting` (with `${interpreter}` where the id stands).
 */
export async function locateUsage(
  clients: AwsClients,
  target: Target,
  interpreter: InterpreterId,
  { byInterpreter, problem: unread }: Deliveries,
  setting: string | null,
  signal: AbortSignal,
): Promise<Located> {
  const deliveries = byInterpreter.get(interpreter) ?? [];
  // A log group is read record by record and at any time; a bucket is the second choice.
  const delivery = deliveries.find(({ type }) => type === "CWL") ?? deliveries.find(({ type }) => type === "S3");
  if (delivery !== undefined) return ofDelivery(clients, target, interpreter, delivery, signal);
  const [other] = deliveries;
  if (other !== undefined)
    return none("unreadable", "DeliveredElsewhere", deliveredElsewhere(target, interpreter, other));
  for (const [group, foundBy] of [
    [usualGroup(interpreter), "convention"],
    [groupOfSetting(setting, interpreter), "setting"],
  ] as const) {
    if (group === null) continue;
    const located = await ofGroup(clients, target, group, foundBy, signal);
    if (located !== null) return located;
  }
  if (unread !== null)
    return { kind: "none", reason: unread.code === "AccessDenied" ? "unreadable" : "unknown", problem: unread };
  return none("not-enabled", "UsageLogsNotEnabled", notEnabled(target, interpreter));
}

async function ofDelivery(
  clients: AwsClients,
  target: Target,
  interpreter: InterpreterId,
  { type, destinationArn }: Delivery,
  signal: AbortSignal,
): Promise<Located> {
  if (type === "S3") {
    const path = /^arn:[^:]+:s3:::(.+)$/.exec(destinationArn)?.[1];
    if (path === undefined) return none("unreadable", "DeliveryUnclear", unclear(target, interpreter, destinationArn));
    return { kind: "found", location: locationOf("bucket", `s3://${path}`, "delivery", null) };
  }
  const [, , , region, account, , group] = destinationArn.split(":");
  if (group === undefined || group === "")
    return none("unreadable", "DeliveryUnclear", unclear(target, interpreter, destinationArn));
  if (account !== target.account || region !== target.region) {
    const message = `The usage logs of ${interpreter} in ${target.region} go to ${group} of account ${account} in ${region}, which cannot be read from here: deliver them to a log group of the interpreter's own account and Region, or to a bucket (docs/usage-logs.md).`;
    return none("unreadable", "DeliveredElsewhere", message);
  }
  const located = await ofGroup(clients, target, group, "delivery", signal);
  if (located !== null) return located;
  const message = `The usage logs of ${interpreter} in ${target.region} are delivered to the log group ${group}, which does not exist: create it, or deliver them elsewhere (docs/usage-logs.md). Until then nothing of its sessions is recorded.`;
  return none("missing", "LogGroupMissing", message);
}

/** Null where there is no such group. */
async function ofGroup(
  clients: AwsClients,
  target: Target,
  group: string,
  foundBy: UsageLocation["foundBy"],
  signal: AbortSignal,
): Promise<Located | null> {
  try {
    const { DescribeLogGroupsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await clients.cloudWatchLogs(target.region);
    // Groups are listed by name, so that of a prefix the name itself comes first.
    const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: group, limit: 1 });
    const answer = await abortable(signal, () => client.send(command, { abortSignal: signal }));
    const found = answer.logGroups?.find((it) => text(it.logGroupName) === group);
    if (found === undefined) return null;
    const days = wholeNumber(found.retentionInDays, 1);
    return {
      kind: "found",
      location: locationOf("log-group", group, foundBy, days === null ? null : days * 86_400_000),
    };
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOf(error, { operation: "DescribeLogGroups", region: target.region, subject: group });
    // Without how long it keeps records, nobody can tell a session without records from one whose records have expired.
    return { kind: "none", reason: problem.code === "AccessDenied" ? "unreadable" : "unknown", problem };
  }
}

const locationOf = (
  kind: UsageLocation["kind"],
  place: string,
  foundBy: UsageLocation["foundBy"],
  retentionMs: number | null,
): UsageLocation => ({ kind, place, foundBy, windows: kind === "log-group" ? "stamp" : "delivery", retentionMs });

const none = (reason: Extract<Located, { kind: "none" }>["reason"], code: string, message: string): Located => {
  const problem: Problem = { code, message };
  return { kind: "none", reason, problem };
};

const usualGroup = (interpreter: InterpreterId): string =>
  `/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/${interpreter}`;

const groupOfSetting = (setting: string | null, interpreter: InterpreterId): string | null =>
  setting === null ? null : setting.replaceAll(`\${interpreter}`, interpreter);

const notEnabled = (target: Target, interpreter: InterpreterId): string =>
  `Usage logs of ${interpreter} in ${target.region} are not turned on, so its sessions cost somewhere between two bounds: turn them on with PutDeliverySource (logType USAGE_LOGS), PutDeliveryDestination and CreateDelivery, as docs/usage-logs.md shows.`;

const deliveredElsewhere = (target: Target, interpreter: InterpreterId, { type, destinationArn }: Delivery): string =>
  `The usage logs of ${interpreter} in ${target.region} go to ${destinationArn === "" ? "a destination" : destinationArn} of type ${type}, which cannot be read back: add a delivery to a log group or a bucket (docs/usage-logs.md).`;

const unclear = (target: Target, interpreter: InterpreterId, arn: string): string =>
  `The usage logs of ${interpreter} in ${target.region} are delivered to "${arn}", which is neither a log group nor a bucket: see what DescribeDeliveryDestinations says (docs/usage-logs.md).`;
