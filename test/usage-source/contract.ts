import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type {
  SessionBatch,
  UsageLocation,
  UsageReading,
  UsageRequest,
  UsageSource,
} from "../../core/ports/usage-source.ts";
import { target } from "../aws/embedded.ts";

/** A source with records of several sessions in a place. */
export interface SourceUnderTest {
  readonly source: UsageSource;
  readonly location: UsageLocation;
  /** A place of the same kind that is not there. */
  readonly missing: UsageLocation;
  /** All records are in this span of the location's windows, whose ends lie on whole minutes. */
  readonly from: number;
  readonly until: number;
}

const signal = new AbortController().signal;
const minuteMs = 60_000;

/** What holds for every reader of usage records. */
export function usageSourceContract(name: string, make: () => Promise<SourceUnderTest>): void {
  describe(`${name} as a source of usage records`, () => {
    let under: SourceUnderTest;
    let all: Read;
    beforeAll(async () => {
      under = await make();
      all = await read({});
    });

    const requestOf = (change: Partial<UsageRequest>): UsageRequest => ({
      target: target("us-east-1"),
      location: under.location,
      from: instant(under.from),
      until: instant(under.until),
      how: "rows",
      session: null,
      latestAt: instant(under.until + 86_400_000),
      ...change,
    });
    const read = async (change: Partial<UsageRequest>): Promise<Read> => {
      const batches: SessionBatch[] = [];
      const reading = await under.source.read(requestOf(change), (more) => void batches.push(...more), signal);
      return { reading, records: batches.flatMap(recordsOf).toSorted() };
    };

    it("gives valid records of several sessions, and counts them and the lines that are none", () => {
      const { reading, records } = all;
      expect(reading).toMatchObject({ complete: true, approximate: null, problems: [], records: records.length });
      expect(new Set(records.map((record) => record.split(" ")[0])).size).toBeGreaterThan(1);
      const skipped = [...reading.skipped.values()].reduce((sum, count) => sum + count, 0);
      expect(skipped).toBeGreaterThan(0);
      expect(reading.lines).toBe(reading.records + skipped);
    });

    it("gives the same records however their span is cut into windows", async () => {
      const minutes = (under.until - under.from) / minuteMs;
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: minutes - 1 }), { maxLength: 4 }), async (cuts) => {
          const edges = [0, ...cuts.toSorted((a, b) => a - b), minutes].map((minute) => under.from + minute * minuteMs);
          const parts: Read[] = [];
          for (const [index, until] of edges.slice(1).entries()) {
            parts.push(await read({ from: instant(edges[index] ?? 0), until: instant(until) }));
          }
          expect(parts.flatMap(({ records }) => records).toSorted()).toEqual(all.records);
        }),
        { numRuns: 6 },
      );
    });

    it("gives nothing of an empty span, and that is complete", async () => {
      const before = await read({ from: instant(under.from - 2 * minuteMs), until: instant(under.from) });
      const after = await read({ from: instant(under.until), until: instant(under.until + 2 * minuteMs) });
      for (const { reading, records } of [before, after]) {
        expect(records).toEqual([]);
        expect(reading).toMatchObject({ records: 0, complete: true });
      }
    });

    it("gives the records of one session alone, all of them", async () => {
      for (const session of new Set(all.records.map((record) => record.split(" ")[0] ?? ""))) {
        const { reading, records } = await read({ session: sessionId(session) });
        expect(records).toEqual(all.records.filter((record) => record.startsWith(`${session} `)));
        expect(reading.records).toBe(records.length);
      }
      expect((await read({ session: sessionId("01KNOBODY") })).records).toEqual([]);
    });

    it("believes no record from later than it is told to", async () => {
      const stamps = all.records.map((record) => Number(record.split(" ")[1])).toSorted((a, b) => a - b);
      const latestAt = stamps[Math.floor(stamps.length / 2)] as Instant;
      const { reading, records } = await read({ latestAt });
      expect(records).toEqual(all.records.filter((record) => Number(record.split(" ")[1]) <= latestAt));
      expect(reading.skipped.get("timestamp-too-late")).toBe(all.records.length - records.length);
    });

    it("hands columns over for good: what becomes of them does not come back", async () => {
      await under.source.read(
        requestOf({}),
        (batches) => {
          for (const { usage } of batches) usage.at.fill(0);
        },
        signal,
      );
      expect((await read({})).records).toEqual(all.records);
    });

    it("waits for whoever takes the records, and passes on what they throw", async () => {
      let busy = false;
      await under.source.read(
        requestOf({}),
        async () => {
          expect(busy).toBe(false);
          busy = true;
          await new Promise((resolve) => setImmediate(resolve));
          busy = false;
        },
        signal,
      );
      const refused = Object.assign(new Error("no room"), { code: "busy" });
      await expect(under.source.read(requestOf({}), () => Promise.reject(refused), signal)).rejects.toBe(refused);
    });

    it("says of a place that is not there that it could not be read", async () => {
      const { reading, records } = await read({ location: under.missing });
      expect(records).toEqual([]);
      expect(reading).toMatchObject({ complete: false, problems: [{ message: expect.stringMatching(/\w+[:.]/) }] });
    });

    it("throws where it is aborted", async () => {
      const tool = interpreterId("nobody-Abcdefgh12");
      await expect(under.source.read(requestOf({}), () => undefined, AbortSignal.abort())).rejects.toThrow(/abort/i);
      const located = await under.source.locate(target("us-east-1"), tool, signal);
      expect(located.kind === "found" || located.problem.message !== "").toBe(true);
    });
  });
}

interface Read {
  readonly reading: UsageReading;
  /** `session stamp elapsed vCPU-hours GB-hours`, sorted. */
  readonly records: readonly string[];
}

const recordsOf = ({ key, usage }: SessionBatch): string[] =>
  Array.from({ length: usage.length }, (_, row) =>
    [key.session, usage.at[row], usage.elapsedSeconds[row], usage.vcpuHours[row], usage.gbHours[row]].join(" "),
  );
