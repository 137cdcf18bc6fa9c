import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../core/cleanup/decision/decision.ts";
import { type Decided, makePlan } from "../../core/cleanup/plan/make-plan.ts";
import { canonicalJson, entryDigest, isGenuine } from "../../core/cleanup/plan/plan-digest.ts";
import { madeAtOf } from "../../core/cleanup/plan/plan-id.ts";
import { accountId, region, sessionId } from "../../core/kernel/ids.ts";
import { type FactsChanges, facts, minute, minutes } from "./facts.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const now = minute(120);
const target = (regionName: string) => ({ account: accountId("111122223333"), region: region(regionName) });

interface Made {
  readonly id: string;
  readonly idle?: number | null;
  readonly reason?: Decision["reason"];
  readonly where?: string;
  readonly changes?: FactsChanges;
}
const made = ({ id, idle = 0, reason = "idle-observed", where = "us-east-1", changes = {} }: Made): Decided => ({
  facts: facts({ ...changes, session: { ...changes.session, id: sessionId(id), target: target(where) } }),
  decision: {
    action: reason === "quiet" ? "watch" : reason === "active" ? "keep" : "stop",
    reason,
    text: "It was idle for 2 h.",
    horizon: minute(100),
    idleSince: idle === null ? null : minute(idle),
    dueAt: null,
  },
  arn: "arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/etl_runner-JVcygpdywt",
});
const settings = { planLifetimeMs: minutes(30), barred: [] };
const planOf = (...list: readonly Made[]) => makePlan(list.map(made), settings, sha256, now);
const idsOf = (...list: readonly Made[]): readonly string[] =>
  planOf(...list).plan.entries.map(({ key }) => key.session);

describe("a plan", () => {
  it("has an id that begins with when it was made", () => {
    const { plan } = planOf({ id: "A" });
    expect(madeAtOf(plan.id)).toBe(plan.madeAt);
    expect(["p1", "20261120T120000000Z", "20261320T120000000Z-0", ""].map(madeAtOf)).toEqual([null, null, null, null]);
  });

  it("has what is to be stopped, with all that this rests on, and expires", () => {
    const { plan, postponed } = planOf({ id: "A" }, { id: "B", reason: "quiet" }, { id: "C", reason: "active" });
    expect(postponed).toEqual([]);
    expect(plan).toMatchObject({ madeAt: now, expiresAt: minute(150) });
    expect(plan.id).toMatch(/^20261120T140000000Z-[0-9a-f]{16}$/);
    const { facts: own, decision, arn } = made({ id: "A" });
    expect(plan.entries).toEqual([
      {
        key: { ...target("us-east-1"), interpreter: own.session.interpreter, session: "A" },
        arn,
        name: "etl-7",
        createdAt: minute(0),
        timeoutSeconds: 28_800,
        interpreterKind: "CUSTOM",
        policy: { id: "idle", hash: "0".repeat(64) },
        decision,
        evidence: own.evidence,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it("takes those over age first, then those that are idle longest, then the oldest", () => {
    const list: readonly Made[] = [
      { id: "young", idle: 20, changes: { session: { createdAt: minute(10) } } },
      { id: "z-old", idle: 20 },
      { id: "longest", idle: 5 },
      { id: "busy", idle: null, reason: "over-age-busy" },
      { id: "over-age", idle: 90, reason: "over-age" },
    ];
    expect(idsOf(...list)).toEqual(["over-age", "busy", "longest", "z-old", "young"]);
    expect(planOf(...list.toReversed())).toEqual(planOf(...list));
  });

  it.each([
    [0, [], ["A", "B", "C"]],
    [1, ["A"], ["B", "C"]],
    [2, ["A", "B"], ["C"]],
    [3, ["A", "B", "C"], []],
    [4, ["A", "B", "C"], []],
  ])("has at most %i of a policy in a target; the rest comes next time", (maxStopsPerPass, taken, left) => {
    const changes = { policy: { maxStopsPerPass } };
    const list = [3, 1, 2].map((n) => ({ id: "?ABC".charAt(n), idle: n, changes }));
    expect(idsOf(...list)).toEqual(taken);
    expect(planOf(...list).postponed.map((item) => item.facts.session.id)).toEqual(left);
  });

  it("counts each target for itself, however many policies are about it, and lets targets take turns", () => {
    const one = { policy: { maxStopsPerPass: 1 } };
    const other = { policy: { id: "other", maxStopsPerPass: 1 } };
    expect(
      idsOf(
        { id: "A1", idle: 1, where: "us-east-1", changes: one },
        { id: "A2", idle: 2, where: "us-east-1", changes: one },
        { id: "A3", idle: 3, where: "us-east-1", changes: other },
        { id: "C1", idle: 9, where: "eu-west-1", changes: other },
        { id: "C2", idle: 8, where: "eu-west-1", changes: { policy: { id: "third", maxStopsPerPass: 2 } } },
        { id: "B1", idle: 4, where: "us-west-2", changes: one },
        { id: "B2", idle: 5, where: "us-west-2", changes: one },
      ),
    ).toEqual(["A1", "B1", "C2", "C1"]);
  });

  it("lets no policy that only observes, or is barred, take the turns of one that stops", () => {
    const list: readonly Made[] = [
      { id: "seen1", idle: 1, changes: { policy: { id: "seen", mode: "observe", maxStopsPerPass: 1 } } },
      { id: "seen2", idle: 2, changes: { policy: { id: "seen", mode: "observe", maxStopsPerPass: 1 } } },
      { id: "barred", idle: 3, changes: { policy: { id: "barred", mode: "enforce", maxStopsPerPass: 1 } } },
      { id: "acts1", idle: 4, changes: { policy: { id: "acts", mode: "enforce", maxStopsPerPass: 1 } } },
      { id: "acts2", idle: 5, changes: { policy: { id: "acts", mode: "enforce", maxStopsPerPass: 1 } } },
    ];
    const barred = [{ policy: "barred" }];
    const { plan, postponed } = makePlan(list.map(made), { ...settings, barred }, sha256, now);
    expect(plan.entries.map(({ key }) => key.session)).toEqual(["seen1", "acts1"]);
    expect(postponed.map(({ facts: { session } }) => session.id)).toEqual(["seen2", "barred", "acts2"]);
  });

  it("has a session once, however often it is told", () => {
    expect(idsOf({ id: "A" }, { id: "A" })).toEqual(["A"]);
  });

  it.each([
    [null, 0],
    [minute(120.001), 0],
    [minute(120), 1],
  ])("has nothing that is protected until %s", (until, count) => {
    expect(idsOf({ id: "A", changes: { protection: { until } } })).toHaveLength(count);
  });

  it("stays within its caps, has nothing protected or kept, and does not depend on the order", () => {
    const some = fc.record({
      id: fc.constantFrom(..."ABCDEFGHIJ"),
      idle: fc.option(fc.integer({ min: 0, max: 90 })),
      reason: fc.constantFrom("idle-observed", "over-age", "over-age-busy", "quiet", "active"),
      where: fc.constantFrom("us-east-1", "us-west-2", "eu-west-1"),
      changes: fc.record({
        policy: fc.constantFrom({ maxStopsPerPass: 2 }, { id: "other", maxStopsPerPass: 1 }),
        protection: fc.option(fc.constantFrom({ until: minute(130) }, { until: minute(110) }), { nil: undefined }),
      }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(some, { selector: (item) => `${item.id} ${item.where}`, maxLength: 30 }), (list) => {
        const chosen = list as readonly Made[];
        const { plan, postponed } = planOf(...chosen);
        const groups = Map.groupBy(plan.entries, ({ key, policy }) => `${key.region} ${policy.id}`);
        for (const [place, entries] of groups)
          expect(entries.length).toBeLessThanOrEqual(place.endsWith("other") ? 1 : 2);
        const stoppable = chosen.filter(
          ({ reason, changes }) =>
            reason !== "quiet" && reason !== "active" && changes?.protection?.until !== minute(130),
        );
        expect(plan.entries.length + postponed.length).toBe(stoppable.length);
        expect(planOf(...chosen.toReversed())).toEqual({ plan, postponed });
        // Targets take turns: no target is two ahead of one that has more to come.
        const counts = new Map<string, number>();
        const left = Map.groupBy(plan.entries, ({ key }) => key.region);
        for (const { key } of plan.entries) {
          const count = (counts.get(key.region) ?? 0) + 1;
          counts.set(key.region, count);
          for (const [other, entries] of left) {
            if (entries.length >= count) expect(counts.get(other) ?? 0).toBeGreaterThanOrEqual(count - 1);
          }
        }
      }),
    );
  });
});

describe("digests", () => {
  const [entry] = planOf({ id: "A" }).plan.entries;

  it("hold over the way to a file and back, in whatever order its members come", () => {
    expect(entry).toBeDefined();
    if (entry === undefined) return;
    const back = JSON.parse(JSON.stringify(entry)) as typeof entry;
    const turned = Object.fromEntries(Object.entries(back).toReversed()) as unknown as typeof entry;
    expect(isGenuine(back, sha256)).toBe(true);
    expect(isGenuine(turned, sha256)).toBe(true);
  });

  it("fail for an entry of which anything was changed", () => {
    if (entry === undefined) throw new Error("there is an entry");
    const text = JSON.stringify(entry);
    const own = entry.digest;
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom("0", "9", "a", "Z"), (at, letter) => {
        const changed = `${text.slice(0, at)}${letter}${text.slice(at + 1)}`;
        if (changed === text) return;
        let parsed: typeof entry;
        try {
          parsed = JSON.parse(changed) as typeof entry;
        } catch {
          return;
        }
        if (canonicalJson(parsed) !== canonicalJson(entry)) expect(isGenuine(parsed, sha256)).toBe(false);
      }),
    );
    expect(entryDigest({ ...entry, name: "other" }, sha256)).not.toBe(own);
  });

  it("differ for two plans with other entries, times or order, and are the same for the same", () => {
    const ids = [
      planOf({ id: "A" }, { id: "B" }),
      planOf({ id: "A" }),
      makePlan([made({ id: "A" })], { ...settings, planLifetimeMs: minutes(31) }, sha256, now),
      makePlan([made({ id: "A" })], settings, sha256, minute(121)),
    ].map(({ plan }) => plan.id);
    expect(new Set(ids).size).toBe(4);
    expect(planOf({ id: "B" }, { id: "A" }).plan.id).toBe(ids[0]);
  });

  it("are of JSON that is the same for the same value", () => {
    expect(canonicalJson({ b: [1, null, "é\n"], a: { d: undefined, c: -0 } })).toBe(
      '{"a":{"c":0},"b":[1,null,"é\\n"]}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
