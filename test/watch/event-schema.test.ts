import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { observe } from "../../core/jobs/observe/observe.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { live, monitor } from "./monitor-fixture.ts";
import { start } from "./quota-fixtures.ts";

const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) =>
  (title ?? "").toLowerCase().replaceAll(" ", "-"),
);

/** Every kind of event, in both directions. */
async function allEvents(): Promise<readonly OutgoingEvent[]> {
  const { place, sent, pass } = monitor();
  let minute = 0;
  const passes = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1) await pass(minute++);
  };
  place.live = live(9);
  await passes(2);
  place.live = live(12);
  await passes(2);
  place.live = [];
  await passes(2);
  place.broken = "sessions";
  await passes(1);
  place.broken = "all";
  await passes(1);
  place.broken = "no";
  await passes(2);
  return sent;
}

describe("the events that are sent", () => {
  it("have a published schema that they keep", async () => {
    const events = await allEvents();
    const found = events.map(({ detailType, detail }) => {
      const file = `../events/${detailType.toLowerCase().replaceAll(" ", "-")}.schema.json`;
      return [
        `${detailType} ${String(detail["from"])}-${String(detail["to"])}`,
        violations(publishedSchema(file), detail),
      ];
    });
    expect(found).toEqual([
      ["Quota Pressure Changed ok-critical", []],
      ["Quota Pressure Changed critical-ok", []],
      ["Scan Degraded ok-partial", []],
      ["Scan Degraded partial-failed", []],
      ["Scan Degraded failed-ok", []],
    ]);
  });

  it("name a section of the runbook that is there", async () => {
    for (const { detail } of await allEvents()) {
      const [file, section] = String(detail["runbook"]).split("#");
      expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true);
      expect(sections).toContain(section);
    }
  });

  it("carry the id that they have in the outbox, each its own", async () => {
    const events = await allEvents();
    expect(events.map((event) => event.detail["id"])).toEqual(events.map((event) => event.id));
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  it("cut what a service says at great length", async () => {
    const { ports, input, sent } = monitor();
    const noisy = { code: "ServiceError", message: "x".repeat(100_000), operation: "ListCodeInterpreters" };
    const scan: typeof ports.scan = async (...asked) => {
      const outcome = await ports.scan(...asked);
      const problems = Array.from({ length: 40 }, () => noisy);
      return { ...outcome, targets: outcome.targets.map((it) => ({ ...it, status: "partial" as const, problems })) };
    };
    await observe({ ...ports, scan })(start, input, new AbortController().signal);
    expect(sent[0]?.detail).toMatchObject({ problemCount: 40 });
    expect(JSON.stringify(sent[0]?.detail).length).toBeLessThan(5000);
  });
});
