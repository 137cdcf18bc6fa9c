import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll } from "vitest";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { readerAt } from "../aws/tiny-service.ts";
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
  /** What the service answers instead, by the number of the request; undefined: what it should. */
  answerWith: (request: number) => { readonly status: number; readonly body: object } | undefined;
}

const group = "/usage/of/tests";
const pageEvents = 2;

/** A log group of any lines, in pages of two events with an empty one between. */
export async function logGroupPlace(): Promise<LogGroupPlace> {
  const events: { readonly timestamp: number; readonly message: string }[] = [];
  let requests = 0;
  const answer = (input: FilterLogEvents): { readonly status: number; readonly body: object } => {
    requests += 1;
    const told = place.answerWith(requests);
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
    const isLast = page * (pageEvents / 2) + pageEvents >= found.length && !isEmpty;
    return {
      status: 200,
      body: {
        events: isEmpty ? [] : found.slice(begin, begin + pageEvents),
        ...(isLast ? {} : { nextToken: String(page + 1) }),
      },
    };
  };
  const server = createServer((request, response) => {
    text(request).then((body) => {
      const { status, body: answered } = answer(JSON.parse(body) as FilterLogEvents);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answered));
    }, request.destroy);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const embedded = { endpoint, accessKeyId: "111122223333", secretAccessKey: "not-secret", othersTimes: 1000 };
  const { clients } = readerAt(endpoint, { maxAttempts: 1, embedded });
  const place: LogGroupPlace = {
    source: awsUsageSource(clients, { logGroup: null }),
    location: { kind: "log-group", place: group, foundBy: "setting", windows: "stamp", retentionMs: null },
    deliver: async (_name, content, at = START) => {
      const lines = content.toString().split("\n");
      events.push(...lines.filter((it) => it !== "").map((message) => ({ timestamp: at, message })));
    },
    answerWith: () => undefined,
  };
  return place;
}
