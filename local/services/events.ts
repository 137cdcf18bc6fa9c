import { randomUUID } from "node:crypto";
import { partitionOf } from "../fleet/regions.ts";
import { Fault, type Reply, type Request, type ServiceDefinition } from "../service.ts";
import { list, string, structure, timestamp } from "../validate.ts";
import type { Place, World } from "../world.ts";
import { validationText } from "./validation-text.ts";

/** An event as a rule's target would get it. */
export interface EventEnvelope {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly source: string;
  readonly "detail-type": string;
  /** RFC 3339 in whole seconds, as EventBridge writes it. */
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The size of all entries together, counted as the user guide says ("Calculating PutEvents event entry size"). */
const MAX_REQUEST_BYTES = 262_144;
const MAX_DETAIL_TYPE = 128;
/** EventBridge keeps no events: these are kept for who asks what was received, and only the latest of each place. */
const KEPT_PER_PLACE = 10_000;

const entry = structure(
  {},
  {
    Time: timestamp,
    Source: string(),
    Resources: list(string({ max: 2048 })),
    DetailType: string(),
    Detail: string(),
    EventBusName: string({
      min: 1,
      max: 1600,
      pattern: /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[.\-_A-Za-z0-9]+/,
    }),
    TraceHeader: string({ min: 1, max: 500 }),
  },
);

export const events: ServiceDefinition = {
  protocol: "aws-json",
  name: "events",
  signingName: "events",
  targetPrefix: "AWSEvents",
  version: "1.1",
  errors: {
    invalid: (problems) => new Fault("ValidationException", 400, validationText(problems)),
    throttled: () => new Fault("ThrottlingException", 400, "Rate exceeded"),
  },
  operations: {
    PutEvents: {
      input: structure(
        { Entries: list(entry, { min: 1, max: 10 }) },
        { EndpointId: string({ min: 1, max: 50, pattern: /[A-Za-z0-9-]+[.][A-Za-z0-9-]+/ }) },
      ),
      handle: putEvents,
      // By Region 10 000 to 400 requests/s; the smallest, because the product must live with every Region.
      ratePerSecond: () => 400,
      optionalOutput: ["ErrorMessage"],
    },
  },
};

/** All events that were taken, oldest first within a place. */
export function eventsOf(world: World): readonly EventEnvelope[] {
  return [...world.places()].flatMap((place) => received.get(place) ?? []);
}

interface Asked {
  readonly Entries: readonly Entry[];
  readonly EndpointId?: string;
}

interface Entry {
  readonly Time?: number;
  readonly Source?: string;
  readonly Resources?: readonly string[];
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
}

const received = new WeakMap<Place, EventEnvelope[]>();

function putEvents({ input, place, now, fault }: Request): Reply {
  const { Entries: entries, EndpointId: endpoint } = input as unknown as Asked;
  if (entries.reduce((sum, each) => sum + sizeOf(each), 0) > MAX_REQUEST_BYTES) {
    throw new Fault("ValidationException", 400, "Total size of the entries in the request is over the limit.");
  }
  if (endpoint !== undefined) {
    throw new Fault("ValidationException", 400, "EndpointId: global endpoints do not exist in the embedded AWS.");
  }
  // The fault on purpose loses every other entry, the first among them, so that a request of one entry fails too.
  const results = entries.map((each, index) =>
    fault === "partial-put-events" && index % 2 === 0
      ? refused("InternalFailure", "Internal failure")
      : taken(each, place, now),
  );
  return {
    body: {
      FailedEntryCount: results.filter((result) => "ErrorCode" in result).length,
      Entries: results,
    },
  };
}

/** Bytes of one entry: 14 for a time, and the UTF-8 of source, detail type, detail and resources. The bus and the trace header are free. */
function sizeOf(each: Entry): number {
  const texts = [each.Source, each.DetailType, each.Detail, ...(each.Resources ?? [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), each.Time === undefined ? 0 : 14);
}

/** One entry's result; messages as recorded from AWS by a public test suite, except where said. */
function taken(each: Entry, place: Place, now: number): Readonly<Record<string, string>> {
  for (const name of ["Source", "DetailType", "Detail"] as const) {
    if (each[name] === undefined || each[name] === "") {
      return refused("InvalidArgument", `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
    }
  }
  const source = each.Source ?? "";
  if (source.startsWith("aws.")) {
    return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
  }
  const detail = objectOf(each.Detail ?? "");
  if (detail === null) return refused("MalformedDetail", "Detail is malformed.");
  const bus = each.EventBusName ?? "default";
  const arnOfBuses = `arn:${partitionOf(place.region)}:events:${place.region}:${place.account}:event-bus/`;
  if (bus.startsWith("arn:") && !bus.startsWith(arnOfBuses)) {
    return refused("AccessDeniedException", "You do not have permissions to publish events on this event bus.");
  }
  const id = randomUUID();
  // AWS answers a bus that does not exist with success, and loses the event (reported since 2022, still so in 2025). It
  // loses events with a detail type of more than 128 characters in the same way.
  const isLost = bus.replace(arnOfBuses, "") !== "default" || (each.DetailType ?? "").length > MAX_DETAIL_TYPE;
  if (isLost) return { EventId: id };
  keep(place, {
    account: place.account,
    region: place.region,
    id,
    source,
    "detail-type": each.DetailType ?? "",
    time: `${new Date(each.Time === undefined ? now : each.Time * 1000).toISOString().slice(0, 19)}Z`,
    resources: each.Resources ?? [],
    detail,
  });
  return { EventId: id };
}

const refused = (code: string, message: string) => ({ ErrorCode: code, ErrorMessage: message });

function keep(place: Place, envelope: EventEnvelope): void {
  const kept = received.get(place) ?? [];
  received.set(place, kept);
  kept.push(envelope);
  if (kept.length > KEPT_PER_PLACE) kept.splice(0, kept.length - KEPT_PER_PLACE);
}

/** Null unless the text is one JSON object: AWS refuses arrays, strings and numbers too. */
function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
