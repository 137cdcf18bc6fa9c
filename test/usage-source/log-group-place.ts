import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { type ToldAnswer, toldLogs } from "../aws/told-logs.ts";
import { START } from "../local-services/local-aws.ts";
import type { DeliveryPlace } from "./delivery-places.ts";

interface FilterLogEvents {
  readonly logGroupName: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly filterPattern?: string;
  readonly nextToken?: string;
}

export interface LogGroupPlace extends Omit<DeliveryPlace, "files"> {
  /** All requests that came. */
  readonly asked: readonly FilterLogEvents[];
  /** What the service answers instead, by the number of the request; undefined: what it should. */
  answerWith: (request: number) => ToldAnswer | undefined;
}

const group = "/usage/of/tests";
/** A log group of any lines, in small pages with an empty one between. */
export async function logGroupPlace(pageEvents = 2): Promise<LogGroupPlace> {
  const events: { readonly timestamp: number; readonly message: string }[] = [];
  const asked: FilterLogEvents[] = [];
  const answer = (input: FilterLogEvents): ToldAnswer => {
    asked.push(input);
    const told = place.answerWith(asked.length);
    if (told !== undefined) return told;
    if (input.logGroupName !== group) {
      return { status: 400, body: { __type: "ResourceNotFoundException", message: "The log group does not exist." } };
    }
    const wanted = input.filterPattern?.slice(1, -1) ?? "";
    const found = events.filter(
      ({ timestamp, message }) =>
        timestamp >= input.startTime && timestamp <= input.endTime && message.includes(wanted),
    );
    const page = Number(input.nextToken ?? 0);
    const begin = (page / 2) * pageEvents;
    const isEmpty = page % 2 === 1;
    const isLast = begin + pageEvents >= found.length && !isEmpty;
    return {
      body: {
        events: isEmpty ? [] : found.slice(begin, begin + pageEvents),
        ...(isLast ? {} : { nextToken: String(page + 1) }),
      },
    };
  };
  const clients = await toldLogs<FilterLogEvents>((_operation, input) => answer(input));
  const place: LogGroupPlace = {
    asked,
    source: awsUsageSource(clients, { logGroup: null }),
    location: { kind: "log-group", place: group, foundBy: "setting", windows: "stamp", retentionMs: null },
    deliver: async (_name, content, at = START) => {
      const lines = content.toString().replace(/\n$/, "").split("\n");
      for (const message of lines) events.push({ timestamp: at, message });
    },
    answerWith: () => undefined,
  };
  return place;
}
