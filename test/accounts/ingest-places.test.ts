import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import type { IngestedTarget } from "../../core/jobs/ingest/outcome.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import type { Located } from "../../core/ports/usage-source.ts";
import { anInterpreter, aProblem, broken, complete } from "../scan/fake-sandboxes.ts";
import { only } from "./ingest-checks.ts";
import {
  begin,
  bench,
  fakeUsage,
  found,
  hour,
  keyOf,
  later,
  logGroup,
  minute,
  none,
  seconds,
  tool,
} from "./ingest-fixture.ts";

const placesOf = (result: IngestedTarget) => result.sources.map(({ place }) => place);
const locationOf = (located: Located | undefined) =>
  located?.kind === "found" ? located.location.place : located?.reason;

describe("the place of an interpreter's records", () => {
  it.each([
    { afterMs: hour - 1, looks: 1 },
    { afterMs: hour, looks: 2 },
    { afterMs: hour + 1, looks: 2 },
  ])("is looked up once an hour: $afterMs ms later", async ({ afterMs, looks }) => {
    const run = bench([]);
    await run.pass(later(0));
    await run.pass(later(afterMs));
    expect(run.usage.looked).toHaveLength(looks);
  });

  it("is remembered with all that was found out, and why nothing was", async () => {
    const id = interpreterId("other-0123456789");
    const refusal = none("unreadable", `allow logs:FilterLogEvents on the group of ${id}`);
    const usage = fakeUsage({ [tool]: found(logGroup("/usage", { retentionMs: 7 * 24 * hour })), [id]: refusal });
    const run = bench([], { usage });
    const first = only(await run.pass(later(0)));
    const second = only(await run.pass(later(minute)));
    expect(second.located).toEqual(first.located);
    expect(second.located.get(id)).toEqual(refusal);
    expect(second).toMatchObject({ status: "partial", problems: [refusal.kind === "none" && refusal.problem] });
  });

  it("is no failure where nobody turned usage logs on", async () => {
    const run = bench([], { usage: fakeUsage({ [tool]: none("not-enabled") }) });
    const result = only(await run.pass(later(0)));
    expect(result).toMatchObject({ status: "ok", sources: [], problems: [] });
    expect(result.finalUntil.size).toBe(0);
    expect(locationOf(result.located.get(tool))).toBe("not-enabled");
  });

  it("is read on while a look-up fails, which is told and tried again ten minutes later", async () => {
    const run = bench([]);
    await run.pass(later(0));
    run.usage.located.set(tool, none("unknown"));
    const failed = only(await run.pass(later(hour)));
    expect(failed).toMatchObject({ status: "partial", problems: [{ code: "NoUsageLogs" }] });
    expect(placesOf(failed)).toEqual(["/usage"]);
    expect(failed.located.get(tool)).toEqual(found(logGroup()));
    run.usage.looked.length = 0;
    await run.pass(later(hour + 10 * minute - 1));
    expect(run.usage.looked).toHaveLength(0);
    run.usage.located.set(tool, found(logGroup()));
    expect(only(await run.pass(later(hour + 10 * minute)))).toMatchObject({ status: "ok" });
  });

  it("is read on however long look-ups fail", async () => {
    const run = bench([]);
    await run.pass(later(0));
    run.usage.located.set(tool, none("unknown"));
    await run.pass(later(hour));
    expect(placesOf(only(await run.pass(later(48 * hour))))).toEqual(["/usage"]);
  });

  it("is read on for five hours after the records go elsewhere, and both have to be read for good", async () => {
    const session = seconds(keyOf("A"), 0, 5 * minute);
    const run = bench(session);
    await run.pass(later(0));
    run.usage.located.set(tool, found(logGroup("/new")));
    const moved = only(await run.pass(later(hour)));
    expect(placesOf(moved).toSorted()).toEqual(["/new", "/usage"]);
    expect(moved.touched).toBe(1);
    expect(moved.finalUntil.get(tool)).toBe(later(-hour));
    expect(placesOf(only(await run.pass(later(6 * hour - 1)))).toSorted()).toEqual(["/new", "/usage"]);
    expect(placesOf(only(await run.pass(later(6 * hour))))).toEqual(["/new"]);
  });

  it("is still the old one for as long, where usage logs were turned off", async () => {
    const run = bench(seconds(keyOf("A"), 0, 5 * minute));
    await run.pass(later(0));
    run.usage.located.set(tool, none("not-enabled"));
    const off = only(await run.pass(later(hour)));
    expect(locationOf(off.located.get(tool))).toBe("/usage");
    expect(off.touched).toBe(1);
    const over = only(await run.pass(later(6 * hour)));
    expect(locationOf(over.located.get(tool))).toBe("not-enabled");
    expect(over.sources).toEqual([]);
  });

  it("is one place again where the records come back to it", async () => {
    const run = bench([]);
    await run.pass(later(0));
    run.usage.located.set(tool, none("missing"));
    await run.pass(later(hour));
    run.usage.located.set(tool, found(logGroup()));
    const back = only(await run.pass(later(2 * hour)));
    expect(back.sources.map(({ interpreters }) => interpreters)).toEqual([[tool]]);
  });

  it("is read for five hours after its interpreter vanished, and known for thirty days", async () => {
    const run = bench(seconds(keyOf("A"), 0, 5 * minute));
    await run.pass(later(0));
    run.usage.located.delete(tool);
    const gone = only(await run.pass(later(30 * minute)));
    expect(gone).toMatchObject({ touched: 1, listed: [] });
    const last = only(await run.pass(later(5.5 * hour - 1)));
    expect(placesOf(last)).toEqual(["/usage"]);
    const unread = only(await run.pass(later(5.5 * hour)));
    expect(unread.sources).toEqual([]);
    expect(locationOf(unread.located.get(tool))).toBe("/usage");
    expect(unread.finalUntil.get(tool)).toBe(last.finalUntil.get(tool));
    const month = 30 * 24 * hour + 30 * minute;
    expect(only(await run.pass(later(month))).located.has(tool)).toBe(true);
    expect(only(await run.pass(later(month + 1))).located.has(tool)).toBe(false);
  });

  it("is not forgotten because a listing broke off", async () => {
    const run = bench(seconds(keyOf("A"), 0, 5 * minute), {
      ports: {
        sandboxes: {
          listInterpreters: async () =>
            run.usage.now === begin ? complete([anInterpreter(tool)]) : broken(aProblem("Throttling")),
          getSession: async () => ({ kind: "gone" }),
        },
      },
    });
    await run.pass(later(0));
    await run.pass(later(minute));
    const half = only(await run.pass(later(24 * hour)));
    expect(half).toMatchObject({ status: "partial", touched: 1, problems: [{ code: "Throttling" }] });
  });

  it("is looked up anew where what is remembered is damaged", async () => {
    const documents = memoryDocuments();
    await documents.write("locations/111122223333/us-east-1", { revision: 0, text: '{"texts":[],"entries":[{}]}' });
    const run = bench([], { ports: { documents } });
    expect(only(await run.pass(later(0)))).toMatchObject({ status: "ok", sources: [{ place: "/usage" }] });
  });

  it("keeps one text for all interpreters without usage logs", async () => {
    const documents = memoryDocuments();
    const usage = fakeUsage(
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, i) => {
          const id = `tool${i}-0123456789`;
          return [id, none("not-enabled", `turn usage logs on for ${id}: ${"how to do so ".repeat(40)}`)];
        }),
      ),
    );
    await bench([], { usage, ports: { documents } }).pass(later(0));
    const document = await documents.read("locations/111122223333/us-east-1");
    expect(document?.text.length).toBeLessThan(200_000);
  });
});
