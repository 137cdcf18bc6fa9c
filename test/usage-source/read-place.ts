import { sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBatch, UsageReading } from "../../core/ports/usage-source.ts";
import { target } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { lineOf } from "../rate/run.ts";
import type { DeliveryPlace } from "./delivery-places.ts";

const minuteMs = 60_000;
const signal = new AbortController().signal;

interface Read extends UsageReading {
  readonly batches: readonly SessionBatch[];
  /** `session@seconds since START`, sorted. */
  readonly stamps: readonly string[];
}

/** Reads a window of a place, in milliseconds from `START`. */
export async function read(
  place: DeliveryPlace,
  from = 0,
  until = 60 * minuteMs,
  session: string | null = null,
): Promise<Read> {
  const batches: SessionBatch[] = [];
  const reading = await place.source.read(
    {
      target: target("us-east-1"),
      location: place.location,
      from: instant(START + from),
      until: instant(START + until),
      how: "rows",
      session: session === null ? null : sessionId(session),
      latestAt: instant(START + 86_400_000),
    },
    (more) => void batches.push(...more),
    signal,
  );
  const stamps = batches.flatMap(({ key, usage }) =>
    Array.from(usage.at.subarray(0, usage.length), (at) => `${key.session}@${(at - START) / 1000}`),
  );
  return { ...reading, batches, stamps: stamps.sort() };
}

const line = (session: string, second: number): string => lineOf({ session, at: START + second * 1000 });
export const lines = (session: string, ...seconds: readonly number[]): string =>
  seconds.map((second) => `${line(session, second)}\n`).join("");
