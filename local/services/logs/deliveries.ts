import { hash, hashText } from "../../fleet/random.ts";
import { partitionOf } from "../../fleet/regions.ts";
import type { Reply, Request } from "../../service.ts";
import type { LocalInterpreter, Place, UsageLogs } from "../../world.ts";
import { isIndex, readToken, writeToken } from "../page-token.ts";
import { validationException } from "./errors.ts";
import { groupArn } from "./groups.ts";

/** The largest page, and the usual one. */
const PAGE = 50;

/** A delivery with its source and destination; here each interpreter has its own three of each type of log. */
interface Delivering {
  readonly interpreter: LocalInterpreter;
  readonly logType: "USAGE_LOGS" | "APPLICATION_LOGS" | "TRACES";
  /** Null: to X-Ray, which keeps all spans of an account and Region together. */
  readonly delivery: UsageLogs | null;
  readonly sourceName: string;
  readonly destinationName: string;
  readonly id: string;
}

export function describeDeliveries({ input, place, now }: Request): Reply {
  const { nextToken, ...asked } = input as unknown as Paged & { readonly deliverySourceNames?: readonly string[] };
  const found = deliveriesOf(place, now).filter(
    ({ sourceName }) => asked.deliverySourceNames?.includes(sourceName) ?? true,
  );
  return paged(asked, nextToken, "deliveries", found, (each) => ({
    id: each.id,
    arn: arnOf(place, "delivery", each.id),
    deliverySourceName: each.sourceName,
    deliveryDestinationArn: arnOf(place, "delivery-destination", each.destinationName),
    deliveryDestinationType: typeOf(each.delivery),
    ...(each.delivery?.to === "bucket"
      ? { s3DeliveryConfiguration: { suffixPath: "{region}/{yyyy}/{MM}/{dd}/{HH}", enableHiveCompatiblePath: false } }
      : {}),
  }));
}

export function describeDeliverySources({ input, place, now }: Request): Reply {
  const { nextToken, ...asked } = input as unknown as Paged & { readonly resourceArns?: readonly string[] };
  const found = deliveriesOf(place, now).filter(
    ({ interpreter }) => asked.resourceArns?.includes(interpreter.arn) ?? true,
  );
  return paged(asked, nextToken, "deliverySources", found, (each) => ({
    name: each.sourceName,
    arn: arnOf(place, "delivery-source", each.sourceName),
    resourceArns: [each.interpreter.arn],
    service: "bedrock-agentcore",
    logType: each.logType,
  }));
}

export function describeDeliveryDestinations({ input, place, now }: Request): Reply {
  const { nextToken, ...asked } = input as unknown as Paged & { readonly names?: readonly string[] };
  const found = deliveriesOf(place, now).filter(
    ({ destinationName }) => asked.names?.includes(destinationName) ?? true,
  );
  return paged(asked, nextToken, "deliveryDestinations", found, (each) => ({
    name: each.destinationName,
    arn: arnOf(place, "delivery-destination", each.destinationName),
    deliveryDestinationType: typeOf(each.delivery),
    ...(each.delivery === null
      ? {}
      : {
          outputFormat: "json",
          deliveryDestinationConfiguration: { destinationResourceArn: resourceArn(place, each.delivery) },
        }),
  }));
}

interface Paged {
  readonly limit?: number;
  readonly nextToken?: string;
}

function paged<T>(
  asked: Omit<Paged, "nextToken">,
  token: string | undefined,
  member: string,
  found: readonly T[],
  write: (item: T) => object,
): Reply {
  const start = token === undefined ? 0 : readToken([member, asked], token, isIndex);
  if (start === null) throw validationException("The specified nextToken is invalid.");
  const end = start + (asked.limit ?? PAGE);
  return {
    body: {
      [member]: found.slice(start, end).map(write),
      ...(end < found.length ? { nextToken: writeToken([member, asked], end) } : {}),
    },
  };
}

/** A delivery stays when its log group is deleted: it then points at nothing. */
function deliveriesOf(place: Place, now: number): readonly Delivering[] {
  return [...place.interpreters.values()].flatMap((interpreter) => {
    if (interpreter.createdAt > now) return [];
    const { usageLogs: usage, applicationLogs, hasTraces } = interpreter;
    const name = interpreter.id.replaceAll(/[^\w-]/g, "-");
    const seed = hashText(hashText(0, place.account), interpreter.arn);
    const delivering = (
      logType: Delivering["logType"],
      delivery: UsageLogs | null,
      names: { readonly source: string; readonly destination: string },
      label: number,
    ): Delivering => ({
      interpreter,
      logType,
      delivery,
      sourceName: `${name}-${names.source}`.slice(-60),
      destinationName: `${name}-${names.destination}`.slice(-60),
      // Ids of deliveries are 16 letters and digits.
      id:
        hash(seed, label).toString(36).padStart(8, "0") +
        hash(seed, label + 1)
          .toString(36)
          .padStart(8, "0"),
    });
    return [
      ...(usage === null ? [] : [delivering("USAGE_LOGS", usage, { source: "usage", destination: "to" }, 1)]),
      ...(applicationLogs === null
        ? []
        : [delivering("APPLICATION_LOGS", applicationLogs, { source: "app", destination: "app-to" }, 3)]),
      ...(hasTraces ? [delivering("TRACES", null, { source: "traces", destination: "xray" }, 5)] : []),
    ];
  });
}

const typeOf = (delivery: UsageLogs | null): string =>
  delivery === null ? "XRAY" : delivery.to === "bucket" ? "S3" : "CWL";

const arnOf = (place: Place, what: string, name: string): string =>
  `arn:${partitionOf(place.region)}:logs:${place.region}:${place.account}:${what}:${name}`;

/** The ARN of a group is given with `:*` at its end, as the console and most tools create destinations. */
function resourceArn(place: Place, delivery: UsageLogs): string {
  if (delivery.to === "log-group") return `${groupArn(place, delivery.logGroup)}:*`;
  return `arn:${partitionOf(place.region)}:s3:::${delivery.bucket}${delivery.prefix === "" ? "" : `/${delivery.prefix.replace(/\/$/, "")}`}`;
}
