import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { mostItemBytes } from "../../adapters/dynamodb/items.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { stopPlannedEvent, stopRecordEvent } from "../../core/cleanup/cleanup-events.ts";
import { tellCleanup } from "../../core/jobs/sweep/tell/tell-cleanup.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { Documents } from "../../core/ports/documents.ts";
import type { OutgoingEvent, SendEvents } from "../../core/ports/events.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { done, intended } from "../stop-records/records.ts";
import { never, sha256 } from "./sweep-world.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const start = instant(Date.UTC(2026, 10, 20));

/** Ids have as many characters as AWS's, and of ids and times none are alike, so that no more can be packed than of real ones. */
function recordOf(index: number): StopRecord {
  const digest = sha256(String(index));
  const record = intended(`01${digest.slice(0, 24).toUpperCase()}`, -index / 7);
  const { entry, intendedAt } = record;
  const before = (place: number): Instant =>
    plusMs(intendedAt, -Number.parseInt(digest.slice(place, place + 6), 16) % 3_600_000);
  const { cpu, calls } = entry.evidence;
  if (cpu.kind === "unknown" || calls.kind === "unknown") throw new Error("evidence is known");
  const covered = { from: before(0), until: before(6) };
  return done(
    {
      ...record,
      entry: {
        ...entry,
        name: `job-${digest.slice(40, 48)}`,
        createdAt: before(12),
        decision: { ...entry.decision, horizon: covered.until, idleSince: before(18) },
        evidence: {
          ...entry.evidence,
          cpu: { ...cpu, covered, quietSince: before(24), lastBusyAt: before(30), lastRecordAt: covered.until },
          calls: { ...calls, window: covered, maybeInFlight: [{ from: before(36), until: before(42) }] },
        },
      },
    },
    "stopped",
  );
}
const stopped = (index: number): OutgoingEvent => {
  const event = stopRecordEvent(start, recordOf(index));
  if (event === null) throw new Error("a stop is told");
  return event;
};
const planned = (index: number): OutgoingEvent => stopPlannedEvent(start, "plan", recordOf(index).entry, true);
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** A bus that takes events or does not, and the largest that any document was when it was packed. */
function bus(isUp = () => true) {
  const sent: string[] = [];
  let largest = 0;
  let requests = 0;
  const kept = memoryDocuments();
  const documents: Documents = {
    ...kept,
    write: (name, document) => {
      largest = Math.max(largest, gzipSync(document.text).length);
      return kept.write(name, document);
    },
  };
  const sendEvents: SendEvents = async (events) => {
    requests += 1;
    if (!isUp()) return events.map(() => ({ sent: false, reason: "no answer" }));
    sent.push(...events.map(({ id }) => id));
    return events.map(() => ({ sent: true }));
  };
  const tell = tellCleanup({ documents, sendEvents, sha256 });
  return { sent, tell, largest: () => largest, requests: () => requests };
}

describe("each happening is told once, however many there are", () => {
  it.each([
    [5000, 10],
    [6000, 60],
    [12_000, 12],
    [24_000, 4],
  ])("%i that happen one after another and are all seen in each of %i passes", async (count, passes) => {
    const { sent, tell, largest } = bus();
    const all = range(count).map(stopped);
    for (let pass = 1; pass <= passes; pass += 1) {
      const seen = all.slice(0, Math.ceil((count * pass) / passes));
      const told = await tell(plusMs(start, (pass * dayMs) / passes), seen, true, never);
      expect(told.problems).toEqual([]);
    }
    expect(sent.length).toBe(count);
    expect(new Set(sent).size).toBe(count);
    expect(largest()).toBeLessThan(mostItemBytes);
  });

  it.each([1, 23, 24])("for as long as it happens, looked at every %i hours", async (everyHours) => {
    const { sent, tell } = bus();
    for (let hour = 0; hour < 10 * 24; hour += everyHours) {
      await tell(plusMs(start, hour * 60 * minuteMs), [stopped(1)], true, never);
    }
    expect(sent).toHaveLength(1);
  });

  it("by whichever of several runs at once is first", async () => {
    const { sent, tell } = bus();
    const all = range(300).map(stopped);
    const runs = range(6).map((run) => tell(plusMs(start, run), all.slice(run * 20, 200 + run * 20), true, never));
    expect((await Promise.all(runs)).flatMap(({ problems }) => problems)).toEqual([]);
    expect(sent.toSorted()).toEqual([...new Set(all.map(({ id }) => id))].toSorted());
  });

  it("says once what would be told where nobody is", async () => {
    const { sent, tell } = bus();
    const all = range(6000).map(stopped);
    expect((await tell(start, all, false, never)).events).toHaveLength(6000);
    expect((await tell(plusMs(start, minuteMs), all, false, never)).events).toEqual([]);
    expect(sent).toEqual([]);
  });
});

describe("while no event is taken", () => {
  it("a pass of 600 stops is kept, all that was planned and done, and told when events are taken again", async () => {
    let up = false;
    const { sent, tell, largest, requests } = bus(() => up);
    const before = range(600).map(planned);
    const after = range(600).map(stopped);
    expect((await tell(start, before, true, never)).problems).toEqual([]);
    expect((await tell(plusMs(start, minuteMs), after, true, never)).problems).toEqual([]);
    // Who waits for a stop does not wait for hundreds of requests that fail.
    expect(requests()).toBe(2);
    up = true;
    await tell(plusMs(start, 2 * minuteMs), after, true, never);
    expect(sent).toEqual([...before, ...after].map(({ id }) => id));
    expect(largest()).toBeLessThan(mostItemBytes);
  });

  it.each([
    [1999, 0],
    [2000, 0],
    [2001, 1],
    [2600, 600],
  ])("of %i events %i are dropped, which is a problem", async (count, dropped) => {
    const { tell, largest } = bus(() => false);
    const { problems } = await tell(start, range(count).map(planned), true, never);
    expect(problems).toEqual(
      dropped === 0
        ? []
        : [expect.objectContaining({ code: "EventsDropped", message: expect.stringMatching(`^${dropped} events`) })],
    );
    expect(largest()).toBeLessThan(mostItemBytes);
  });
});
