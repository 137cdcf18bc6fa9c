import { describe, expect, it } from "vitest";
import { abortable } from "../../adapters/aws/abortable.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { signal, target } from "./embedded.ts";
import { fakeClock } from "./fake-clock.ts";
import { type Answer, readerAt, tinyService } from "./tiny-service.ts";

const found: Answer = { status: 200, body: { status: "READY", sessionTimeoutSeconds: 900, items: [] } };
const throttled: Answer = { status: 429, body: { message: "Rate exceeded" } };
const tool = interpreterId("tool-AAAAAAAAAA");
const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe("the share of the request rate", () => {
  it("is kept for each Region and operation by itself, evenly spaced", async () => {
    const { attempts, endpoint } = await tinyService(() => found);
    // 20 % of 100 a second: one each 50 ms.
    const { clients, reader } = readerAt(endpoint, { requestsPerSecond: 100, rateShare: 0.2 });
    const regions = ["us-east-1", "eu-west-1"];
    // Loads the SDK, which is no part of what is measured.
    await reader.getSession(target("us-west-2"), tool, sessionId("s"), signal);
    const started = performance.now();
    await Promise.all(
      regions.flatMap((region) =>
        Array.from({ length: 12 }, (_, i) => [
          reader.getSession(target(region), tool, sessionId(`s${i}`), signal),
          reader.listReadySessions(target(region), tool, signal),
        ]).flat(),
      ),
    );
    const took = performance.now() - started;
    for (const region of regions) {
      const times = attempts.filter((it) => it.region === region && it.operation === "get").map((it) => it.at);
      expect(times).toHaveLength(12);
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(11 * 50 - 150);
      const busiest = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 200).length));
      expect(busiest).toBeLessThanOrEqual(8);
      expect(clients.attemptsIn(region)).toBe(24);
    }
    // Bounds that hold on a busy machine too, where attempts are noted late; the pacer has its own exact test.
    // Side by side: neither the Regions nor the operations wait for each other.
    expect(took).toBeLessThan(2.1 * 11 * 50);
  });

  it("counts every attempt, those that are repeated too, and slows down when it is throttled", async () => {
    const { attempts, endpoint } = await tinyService((_, number) => (number <= 2 ? throttled : found));
    const { clients, reader } = readerAt(endpoint, { rateShare: 0.01 });
    const lookup = await reader.getSession(target("us-east-1"), tool, sessionId("s"), signal);
    expect(lookup).toMatchObject({ kind: "found", value: { status: "READY", timeoutSeconds: 900 } });
    expect(attempts).toHaveLength(3);
    expect(clients.attemptsIn("us-east-1")).toBe(3);
    // 10 a second, halved: no repetition comes sooner than a fifth of a second.
    for (const gap of gaps(attempts.map((it) => it.at))) expect(gap).toBeGreaterThan(130);
  });

  it("names the product to the service", async () => {
    const { attempts, endpoint } = await tinyService(() => found);
    await readerAt(endpoint).reader.getSession(target("us-east-1"), tool, sessionId("s"), signal);
    expect(attempts[0]?.userAgent).toContain("sandmeter/1.2.3");
  });
});

describe("a call that is aborted", () => {
  it("ends at once while it waits for its turn, and leaves the queue", async () => {
    const { attempts, endpoint } = await tinyService(() => found);
    const clock = fakeClock();
    const { reader } = readerAt(endpoint, { clock });
    const abort = new AbortController();
    const look = (id: string) => reader.getSession(target("us-east-1"), tool, sessionId(id), abort.signal);
    await look("first");
    const waiting = look("second");
    while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    expect(clock.waiting()).toBe(0);
    expect(attempts).toHaveLength(1);
  });

  it("ends at once wherever the SDK waits on, between two attempts for one", async () => {
    const abort = new AbortController();
    const waiting = abortable(abort.signal, () => new Promise<never>(() => undefined));
    abort.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    await expect(abortable(abort.signal, async () => "too late")).rejects.toBe("enough");
  });

  it("tells the reason that was given, not the SDK's own error", async () => {
    const abort = new AbortController();
    const { endpoint } = await tinyService(() => {
      abort.abort("enough");
      return found;
    });
    const look = readerAt(endpoint).reader.getSession(target("us-east-1"), tool, sessionId("s"), abort.signal);
    await expect(look).rejects.toBe("enough");
  });
});
