import { describe, expect, it } from "vitest";
import { sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBatch, UsageReading, UsageRequest } from "../../core/ports/usage-source.ts";
import { START } from "../local-services/local-aws.ts";
import { lineOf } from "../rate/run.ts";
import { type LogGroupPlace, logGroupPlace } from "../usage-source/log-group-place.ts";
import { signal, target } from "./embedded.ts";

const requestTo = ({ location }: LogGroupPlace, change: Partial<UsageRequest> = {}): UsageRequest => ({
  target: target("us-east-1"),
  location,
  from: instant(START),
  until: instant(START + 3_600_000),
  how: "rows",
  session: null,
  latestAt: instant(START + 86_400_000),
  ...change,
});

async function read(
  place: LogGroupPlace,
  change: Partial<UsageRequest> = {},
): Promise<UsageReading & { readonly stamps: readonly string[] }> {
  const batches: SessionBatch[] = [];
  const reading = await place.source.read(requestTo(place, change), (more) => void batches.push(...more), signal);
  const stamps = batches.flatMap(({ key, usage }) =>
    Array.from(usage.at.subarray(0, usage.length), (at) => `${key.session}@${at - START}`),
  );
  return { ...reading, stamps: stamps.toSorted() };
}

/** Records, each delivered at its own time. */
async function deliver(place: LogGroupPlace, session: string, ...ats: readonly number[]): Promise<void> {
  for (const at of ats) {
    await place.deliver(`${session}-${at}`, `${lineOf({ session, at: START + at })}\n`, START + at);
  }
}

describe("a reader of a log group", () => {
  const denied = { status: 400, body: { __type: "AccessDeniedException", message: "no" } };
  it.each([
    ["is denied", denied, "AccessDenied"],
    ["is throttled", { status: 400, body: { __type: "ThrottlingException", message: "slow down" } }, "Throttled"],
    ["meets an expired sign-on", { status: 400, body: { __type: "ExpiredTokenException" } }, "CredentialsExpired"],
    ["fails", { status: 500, body: { __type: "ServiceUnavailableException" } }, "ServiceError"],
  ])("keeps what came before a page that %s, and is not complete", async (_how, answered, code) => {
    const place = await logGroupPlace();
    await deliver(place, "A", 0, 1000, 2000, 3000);
    place.answerWith = (request) => (request === 3 ? answered : undefined);
    const reading = await read(place);
    expect(reading).toMatchObject({ complete: false, stamps: ["A@0", "A@1000"], problems: [{ code }] });
    expect(reading.problems[0]?.message).toContain("/usage/of/tests");
  });

  it("hands records on in batches while it is read, and waits until each was taken", async () => {
    const place = await logGroupPlace(10_000);
    const line = lineOf({ session: "A", at: START });
    await place.deliver("many", `${line}\n`.repeat(150_000));
    const sizes: number[] = [];
    let busy = 0;
    await place.source.read(
      requestTo(place),
      async (batches) => {
        expect(busy++).toBe(0);
        await new Promise((resolve) => setImmediate(resolve));
        sizes.push(batches.reduce((sum, { usage }) => sum + usage.length, 0));
        busy--;
      },
      signal,
    );
    expect(sizes).toEqual([100_000, 50_000]);
  });

  it("asks for a session by its id as a phrase, whatever is in it", async () => {
    const place = await logGroupPlace();
    for (const session of ['"', "\\", '?"a" "'] as const) {
      await read(place, { session: sessionId(session) });
      expect(JSON.parse(place.asked.at(-1)?.filterPattern ?? "")).toBe(session);
    }
  });

  it("does not follow the same token for ever", async () => {
    const place = await logGroupPlace();
    place.answerWith = () => ({ body: { events: [], nextToken: "again" } });
    expect(await read(place)).toMatchObject({ complete: false, problems: [{ code: "BadAnswer" }] });
  });

  it("tells of records that carry another time than the log has for them, and gives them", async () => {
    const place = await logGroupPlace();
    await place.deliver("late", `${lineOf({ session: "A", at: START - 1 })}\n`, START);
    const reading = await read(place);
    expect(reading).toMatchObject({ complete: true, stamps: ["A@-1"], problems: [{ code: "StampsDiffer" }] });
  });
});
