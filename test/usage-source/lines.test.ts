import { describe, expect, it } from "vitest";
import { sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBatch, UsageReading, UsageRequest } from "../../core/ports/usage-source.ts";
import { target } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { lineOf } from "../rate/run.ts";
import { bucketPlace, type DeliveryPlace, folderPlace } from "./delivery-places.ts";
import { logGroupPlace } from "./log-group-place.ts";

/** A place of any kind, whose records are delivered when they are stamped. */
type UsagePlace = Pick<DeliveryPlace, "source" | "location" | "deliver">;

const minuteMs = 60_000;
const { signal } = new AbortController();

const requestTo = ({ location }: UsagePlace, change: Partial<UsageRequest> = {}): UsageRequest => ({
  target: target("us-east-1"),
  location,
  from: instant(START),
  until: instant(START + 60 * minuteMs),
  how: "rows",
  session: null,
  latestAt: instant(START + 86_400_000),
  ...change,
});

async function read(
  place: UsagePlace,
  change: Partial<UsageRequest> = {},
): Promise<UsageReading & { readonly stamps: readonly string[] }> {
  const batches: SessionBatch[] = [];
  const reading = await place.source.read(requestTo(place, change), (more) => void batches.push(...more), signal);
  const stamps = batches.flatMap(({ key, usage }) =>
    Array.from(usage.at.subarray(0, usage.length), (at) => `${key.session}@${at - START}`),
  );
  return { ...reading, stamps: stamps.toSorted() };
}

const window = (from: number, until: number) => ({ from: instant(START + from), until: instant(START + until) });

/** Records, each delivered at its own time. */
async function deliver(place: UsagePlace, session: string, ...ats: readonly number[]): Promise<void> {
  for (const at of ats) {
    await place.deliver(`${session}-${at}`, `${lineOf({ session, at: START + at })}\n`, START + at);
  }
}

const places = [
  ["a folder", async () => folderPlace()],
  ["a bucket", () => bucketPlace()],
  ["a log group", () => logGroupPlace()],
] as const satisfies readonly (readonly [string, () => Promise<UsagePlace>])[];

describe.each<readonly [string, () => Promise<UsagePlace>]>(places)("a reader of lines in %s", (_kind, make) => {
  it("gives each record in exactly one of the windows that meet", async () => {
    const place = await make();
    const edge = 5 * minuteMs;
    // A store of objects tells whole seconds.
    await deliver(place, "A", 0, edge - 1000, edge, edge + 1000, 2 * edge);
    const before = await read(place, window(0, edge));
    const after = await read(place, window(edge, 2 * edge));
    expect(before.stamps).toEqual(["A@0", `A@${edge - 1000}`]);
    expect(after.stamps).toEqual([`A@${edge}`, `A@${edge + 1000}`]);
    for (const { complete, problems, approximate, records } of [before, after]) {
      expect({ complete, problems, approximate, records }).toEqual({
        complete: true,
        problems: [],
        approximate: null,
        records: 2,
      });
    }
  });

  it("gives a redelivered record as often as it came", async () => {
    const place = await make();
    const line = lineOf({ session: "A", at: START });
    await place.deliver("twice", `${line}\n${line}\n`);
    expect(await read(place)).toMatchObject({ stamps: ["A@0", "A@0"], records: 2 });
  });

  it("sets aside what is no usage record, by reason, and reads the rest", async () => {
    const place = await make();
    const tooLate = lineOf({ session: "A", at: START + 86_400_001 });
    const text = `Log delivery was validated\n\n[]\n${lineOf({ session: "" })}\n${tooLate}\n`;
    await place.deliver("odd", `${text}${lineOf({ session: "A", at: START })}\n`);
    const { skipped, ...reading } = await read(place);
    expect(reading).toMatchObject({ lines: 5, records: 1, complete: true, stamps: ["A@0"] });
    expect([...skipped.values()]).toEqual([1, 1, 1, 1]);
    expect([...skipped.keys()]).toEqual(expect.arrayContaining(["plain-text", "not-an-object", "missing-session"]));
  });

  it("gives those of one session where one is asked for", async () => {
    const place = await make();
    await deliver(place, "A", 0, 1000);
    await deliver(place, "AB", 2000, 3000);
    expect(await read(place, { session: sessionId("A") })).toMatchObject({ stamps: ["A@0", "A@1000"], records: 2 });
  });
});
