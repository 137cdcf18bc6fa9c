import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderSavings } from "../../cli/savings/render-savings.ts";
import { savingsJson } from "../../cli/savings/savings-json.ts";
import type { StopAftermath } from "../../core/cleanup/stop/stop-aftermath.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { done, intended, minutes } from "../stop-records/records.ts";
import { savingsIn, wholeBill } from "./report-world.ts";

const gib = 1_073_741_824;
const narrow = { color: false, interactive: true, columns: 80 };
const schema = publishedSchema("savings.schema.json");

type Change = Partial<StopRecord["entry"]> & { readonly tool?: string; readonly override?: StopRecord["override"] };
const stop = (
  session: string,
  at: number,
  { tool, override = null, ...change }: Change = {},
  state: StopRecord["state"] = "stopped",
): StopRecord => {
  const record = intended(session, at, { override });
  const key = { ...record.key, ...(tool === undefined ? {} : { interpreter: interpreterId(tool) }) };
  const made = { ...record, key, entry: { ...record.entry, key, ...change } };
  return state === "intended" ? made : done(made, state);
};
const notebooks = { id: "notebooks", hash: "n" };
const byHand = { by: "ada", reason: "incident", protection: null };
const unlooked = { kind: "unknown", code: "not-looked", message: "It was not looked at." } as const;

const aftermathOf = (verdict: StopAftermath["verdict"]): StopAftermath => ({
  verdict,
  judgedAt: minutes(100),
  workedAt: verdict === "clean" ? null : minutes(-2),
  message: verdict === "clean" ? null : "It worked.",
});

/** Of each kind one, and of the usual two. */
const sample = (): Parameters<typeof savingsIn>[0] => {
  const usual = [stop("a", -30), stop("b", -20), stop("c", -10), stop("late", 0)];
  const others = [
    stop("d", 5, { policy: notebooks, tool: "notebooks-OrIo2SvZEC" }),
    stop("e", 10, {
      override: byHand,
      evidence: { cpu: unlooked, calls: unlooked, status: "READY", lastUpdatedAt: null },
    }),
    stop("f", 15, { policy: notebooks, tool: "notebooks-OrIo2SvZEC", timeoutSeconds: null }),
    stop("g", 20, {}, "already-gone"),
    stop("h", 25, {}, "intended"),
  ];
  const known = [...usual.slice(0, 3), ...others.slice(0, 1)];
  const seen: Readonly<Record<string, StopAftermath["verdict"]>> = { a: "clean", b: "race", c: "clean", d: "clean" };
  const judged = [...usual, ...others].map((each): StopRecord => {
    const verdict = seen[each.key.session];
    return verdict === undefined ? each : { ...each, aftermath: aftermathOf(verdict) };
  });
  return {
    stops: judged,
    bills: known.map((each, index) => wholeBill(each, (index + 2) * gib)),
    regretted: usual.slice(2, 3),
  };
};
const monitorUsdPerMonth = parseUsd("0.06");

describe("savings as they are shown", () => {
  it("are those of the document, in 80 columns", async () => {
    const document = readFileSync(new URL("../../docs/cleanup.md", import.meta.url), "utf8");
    const [, shown] = /```text\n\$ sandmeter savings --month 2026-11\n(.*?)```/s.exec(document) ?? [];
    const text = renderSavings(await savingsIn(sample(), { monitorUsdPerMonth }), narrow);
    expect(text).toBe(shown);
    const table = text.split("\n").filter((line) => / {2}/.test(line));
    expect(table).toHaveLength(5);
    expect(table.filter((line) => line.length > 80)).toEqual([]);
  });

  it("have all that is not known as null, in the published shape", async () => {
    const json = savingsJson(await savingsIn(sample()));
    expect(violations(schema, json)).toEqual([]);
    expect(json).toMatchObject({
      complete: true,
      monitorUsd: null,
      netUsd: null,
      regretUnknown: 0,
      races: 1,
      wrongStops: 0,
      raceUnknown: 2,
      peakUnknown: 3,
      total: { stops: 7, pending: 1, withoutFigure: 1, withoutTimeLimit: 1, regretted: 1 },
    });
    const found = (id: string) => json.stops.find(({ session }) => session === id);
    expect(json.stops.map(({ session }) => session)).toEqual(["a", "b", "c", "late", "d", "e", "f"]);
    expect(found("c")).toMatchObject({ regretted: "called", policy: "usual" });
    expect(found("e")).toMatchObject({ regretted: null, policy: null });
    expect(found("f")).toMatchObject({ savedUsd: null, freedSlotMs: null, wouldEndAt: null });
  });

  it("shout where a session was stopped that worked, and take that off as regretted", async () => {
    const wrong = { ...stop("a", 0), aftermath: aftermathOf("wrong") };
    const content = await savingsIn({ stops: [wrong, stop("b", 5)] });
    const json = savingsJson(content);
    expect(violations(schema, json)).toEqual([]);
    expect(json).toMatchObject({ races: 0, wrongStops: 1, raceUnknown: 1, total: { stops: 2, regretted: 1 } });
    expect(json.stops).toMatchObject([
      { session: "a", regretted: "worked", aftermath: "wrong" },
      { session: "b", regretted: null, aftermath: null },
    ]);
    expect(renderSavings(content, narrow)).toMatch(
      /\nWRONG: 1 session was stopped that worked \(a in tool-VbMl9Hi8I4\): /,
    );
    expect(renderSavings(content, narrow)).toContain("0 races, 1 unknown");
  });

  it("are not zero where no stop has a figure", async () => {
    const content = await savingsIn({ stops: [stop("a", 0, { timeoutSeconds: null })] }, { monitorUsdPerMonth });
    const json = savingsJson(content);
    expect(violations(schema, json)).toEqual([]);
    expect(json).toMatchObject({
      total: { stops: 1, savedUsd: null, grossUsd: null, freedSlotMs: null },
      netUsd: null,
    });
    expect(renderSavings(content, narrow)).toMatch(/1 stop saved an unknown sum, and freed unknown hours of slots/);
  });

  it("say that nothing was stopped, and what the monitor cost meanwhile", async () => {
    const content = await savingsIn({ stops: [stop("g", 0, {}, "already-gone")] }, { monitorUsdPerMonth });
    expect(violations(schema, savingsJson(content))).toEqual([]);
    expect(savingsJson(content)).toMatchObject({
      total: { stops: 0, savedUsd: { low: "0.000000000000" } },
      monitorUsd: "0.041000000000",
      netUsd: { low: "-0.041000000000", high: "-0.041000000000" },
      groups: [],
    });
    expect(renderSavings(content, narrow)).toMatch(
      /No session was stopped in this time\.\nNet of the monitor's own \$0\.0410 in this time: -\$0\.0410\n$/,
    );
  });

  it("have sessions that worked, and were stopped by choice, apart from what was saved", async () => {
    const busy = { decision: { ...stop("x", 0).entry.decision, reason: "over-age-busy" as const } };
    const content = await savingsIn({
      stops: [stop("a", 0), stop("b", 5, busy), stop("c", 6, { ...busy, policy: notebooks })],
    });
    const json = savingsJson(content);
    expect(violations(schema, json)).toEqual([]);
    expect(json.total).toMatchObject({ stops: 1, byChoice: { stops: 2, withoutFigure: 0 } });
    expect(json.groups.map(({ by, stops, byChoice }) => [by["policy"], stops, byChoice.stops])).toEqual([
      ["usual", 1, 1],
      ["notebooks", 0, 1],
    ]);
    expect(json.stops.map(({ session, byChoice }) => [session, byChoice])).toEqual([
      ["a", false],
      ["b", true],
      ["c", true],
    ]);
    const text = renderSavings(content, narrow);
    expect(text).toContain("1 stop saved $");
    expect(text).toMatch(
      /\n2 sessions that worked were stopped by choice, in none of these sums: \$0\.\d{4}–\$0\.\d{4} of memory, and 11\.8 h of slots\n/,
    );
    const alone = await savingsIn({ stops: [stop("b", 5, busy)] });
    expect(renderSavings(alone, narrow)).toMatch(
      /No idle session was stopped in this time\.\n1 session that worked was/,
    );
  });

  it("say what of regrets is not known, where no pass has judged the stops", async () => {
    const content = await savingsIn({ ...sample(), judged: false });
    // One was stopped by hand: that is nobody's policy.
    const json = savingsJson(content);
    expect(violations(schema, json)).toEqual([]);
    const unknown = { regretted: null, regretsUsd: null };
    expect(json).toMatchObject({ regretUnknown: 6, total: { ...unknown, regretUnknown: 6 } });
    const groups = json.groups.map(({ by, regretUnknown, ...own }) => [by["policy"], regretUnknown, own]);
    expect(groups).toMatchObject([
      ["usual", 4, unknown],
      [null, 0, unknown],
      ["notebooks", 2, unknown],
    ]);
    const cells = [...renderSavings(content, narrow).matchAll(/^(usual|\(by hand\)|notebooks|TOTAL) +\d+ +(\S+)/gm)];
    expect(cells.map(([, name, cell]) => [name, cell])).toEqual([
      ["usual", "unknown"],
      ["(by hand)", "-"],
      ["notebooks", "unknown"],
      ["TOTAL", "unknown"],
    ]);
    expect(renderSavings(content, narrow)).toContain("Of 6 stops no pass of `watch --policy` has judged");
  });

  it("tell how many of the stops nobody judged, beside those that are known as regretted", async () => {
    const wrong = { ...stop("a", 0), aftermath: aftermathOf("wrong") };
    const content = await savingsIn({ stops: [wrong, stop("b", 5), stop("c", 10)], judged: false });
    const json = savingsJson(content);
    expect(violations(schema, json)).toEqual([]);
    expect(json).toMatchObject({
      total: { regretted: 1, regretUnknown: 2, regretsUsd: { low: expect.any(String) } },
      groups: [{ regretted: 1, regretUnknown: 2 }],
    });
    expect(renderSavings(content, narrow)).toMatch(/^usual +3 +1 \(2 \?\) .*\nTOTAL +3 +1 \(2 \?\) /m);
  });
});
