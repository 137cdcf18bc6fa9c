import { hash, hashText } from "../../fleet/random.ts";
import { partitionOf } from "../../fleet/regions.ts";
import type { Reply, Request } from "../../service.ts";
import type { LocalInterpreter, Place, UsageDelivery } from "../../world.ts";
import { isIndex, readToken, writeToken } from "../page-token.ts";
import { validationException } from "./errors.ts";
import { groupArn } from "./groups.ts";

/** The largest page, and the usual one. */
const PAGE = 50;

/** A delivery with its source and destination; here each interpreter has its own three. */
interface Delivering {
  readonly interpreter: LocalInterpreter;
  readonly delivery: UsageDelivery;
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
    ...(each.delivery.to === "bucket"
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
    logType: "USAGE_LOGS",
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
    outputFormat: "json",
    deliveryDestinationConfiguration: { destinationResourceArn: resourceArn(place, each.delivery) },
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
    const delivery = interpreter.usageDelivery;
    if (delivery === null || interpreter.createdAt > now) return [];
    const name = interpreter.id.replaceAll(/[^\w-]/g, "-");
    const seed = hashText(hashText(0, place.account), interpreter.arn);
    // Ids of deliveries are 16 letters and digits.
    const id = hash(seed, 1).toString(36).padStart(8, "0") + hash(seed, 2).toString(36).padStart(8, "0");
    return [
      { interpreter, delivery, sourceName: `${name}-usage`.slice(-60), destinationName: `${name}-to`.slice(-60), id },
    ];
  });
}

const typeOf = (delivery: UsageDelivery): string => (delivery.to === "bucket" ? "S3" : "CWL");

const arnOf = (place: Place, what: string, name: string): string =>
  `arn:${partitionOf(place.region)}:logs:${place.region}:${place.account}:${what}:${name}`;

/** The ARN of a group is given with `:*` at its end, as the console and most tools create destinations. */
function resourceArn(place: Place, delivery: UsageDelivery): string {
  if (delivery.to === "log-group") return `${groupArn(place, delivery.logGroup)}:*`;
  return `arn:${partitionOf(place.region)}:s3:::${delivery.bucket}${delivery.prefix === "" ? "" : `/${delivery.prefix.replace(/\/$/, "")}`}`;
}
