import { type Target, targetKey } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, AwsError, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { record, text } from "./members.ts";

/** What AgentCore delivers of an interpreter, where it is told to. */
export type LogType = "USAGE_LOGS" | "APPLICATION_LOGS" | "TRACES";

/** Where a delivery goes: the ARN of a log group, a bucket (with a path) or a stream; empty where X-Ray has it. */
export interface Delivery {
  readonly logType: LogType;
  /** As the API spells it: CWL, S3, FH or XRAY. */
  readonly type: string;
  readonly destinationArn: string;
}

export interface Deliveries {
  readonly byInterpreter: ReadonlyMap<InterpreterId, readonly Delivery[]>;
  /** Null where all of them were read. */
  readonly problem: Problem | null;
}

// Each page has up to 50; accounts have at most some thousand deliveries.
const mostPages = 1000;

/** Deliveries of a target are listed once for all its interpreters, and again when they may have changed. */
const keptMs = 60_000;

/** The deliveries of a target of these types, remembered for a minute. */
export function rememberedDeliveries(
  clients: AwsClients,
  logTypes: readonly LogType[],
): (target: Target, signal: AbortSignal) => Promise<Deliveries> {
  const known = new Map<string, { signal: AbortSignal; readAt: number; deliveries: Promise<Deliveries> }>();
  return (target, signal) => {
    const key = targetKey(target);
    const kept = known.get(key);
    // Another pass may be given up while this one is not: it asks for itself.
    if (kept?.signal === signal && performance.now() - kept.readAt < keptMs) return kept.deliveries;
    const deliveries = readDeliveries(clients, target, logTypes, signal);
    known.set(key, { signal, readAt: performance.now(), deliveries });
    const forget = (): void => {
      if (known.get(key)?.deliveries === deliveries) known.delete(key);
    };
    // What failed is not kept, or a moment's failure would last a minute.
    deliveries.then(({ problem }) => (problem === null ? undefined : forget()), forget);
    return deliveries;
  };
}

/** In three listings whatever the number of interpreters. */
async function readDeliveries(
  clients: AwsClients,
  target: Target,
  logTypes: readonly LogType[],
  signal: AbortSignal,
): Promise<Deliveries> {
  const sdk = await import("@aws-sdk/client-cloudwatch-logs");
  const client = await clients.cloudWatchLogs(target.region);
  const options = { abortSignal: signal };
  try {
    const sources = await all(target, "DescribeDeliverySources", signal, async (nextToken) => {
      const page = await client.send(new sdk.DescribeDeliverySourcesCommand({ nextToken }), options);
      return { items: page.deliverySources, nextToken: page.nextToken };
    });
    const wanted = sources.flatMap((source) => {
      const logType = logTypes.find((type) => type === source.logType);
      return logType === undefined ? [] : [{ source, logType }];
    });
    if (wanted.length === 0) return { byInterpreter: new Map(), problem: null };
    const deliveries = await all(target, "DescribeDeliveries", signal, async (nextToken) => {
      const page = await client.send(new sdk.DescribeDeliveriesCommand({ nextToken }), options);
      return { items: page.deliveries, nextToken: page.nextToken };
    });
    const destinations = await all(target, "DescribeDeliveryDestinations", signal, async (nextToken) => {
      const page = await client.send(new sdk.DescribeDeliveryDestinationsCommand({ nextToken }), options);
      return { items: page.deliveryDestinations, nextToken: page.nextToken };
    });
    const resourceOf = new Map(
      destinations.map((it) => [
        text(it.arn),
        text(record(it.deliveryDestinationConfiguration)["destinationResourceArn"]),
      ]),
    );
    const byInterpreter = new Map<InterpreterId, Delivery[]>();
    for (const { source, logType } of wanted) {
      const own = deliveries.filter((it) => it.deliverySourceName === source.name);
      const found = own.map((it) => ({
        logType,
        type: text(it.deliveryDestinationType) ?? "unknown",
        destinationArn: resourceOf.get(text(it.deliveryDestinationArn)) ?? "",
      }));
      for (const arn of source.resourceArns ?? []) {
        const id = arn.slice(arn.lastIndexOf("/") + 1) as InterpreterId;
        byInterpreter.set(id, [...(byInterpreter.get(id) ?? []), ...found]);
      }
    }
    return { byInterpreter, problem: null };
  } catch (error) {
    signal.throwIfAborted();
    const call =
      error instanceof DeliveriesError ? error.call : { operation: "DescribeDeliveries", region: target.region };
    const cause = error instanceof DeliveriesError ? error.cause : error;
    return { byInterpreter: new Map(), problem: problemOf(cause, call) };
  }
}

/** Which of the three listings failed. */
class DeliveriesError extends Error {
  readonly call: AwsCall;
  constructor(call: AwsCall, cause: unknown) {
    super(call.operation, { cause });
    this.name = "DeliveriesError";
    this.call = call;
  }
}

async function all<T>(
  target: Target,
  operation: string,
  signal: AbortSignal,
  fetch: (
    nextToken: string | undefined,
  ) => Promise<{ readonly items: T[] | undefined; readonly nextToken: string | undefined }>,
): Promise<readonly T[]> {
  const call: AwsCall = { operation, region: target.region };
  const items: T[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  try {
    do {
      const page = await abortable(signal, () => fetch(token));
      items.push(...(page.items ?? []));
      token = page.nextToken;
      if (token !== undefined && (seen.has(token) || seen.size >= mostPages)) {
        throw new AwsError(
          "BadAnswer",
          call,
          `${operation} in ${target.region} did not come to an end: try again, and report it if it stays.`,
        );
      }
      if (token !== undefined) seen.add(token);
    } while (token !== undefined);
  } catch (error) {
    throw new DeliveriesError(call, error);
  }
  return items;
}
