import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../../core/cleanup/decision/decide.ts";
import type { Decision, SessionFacts } from "../../core/cleanup/decision/decision.ts";
import { decisionReasons } from "../../core/cleanup/decision/evidence-text.ts";
import type { CallEvidence, CpuEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { facts, minute, minutes, unknown } from "./facts.ts";

const now = minute(120);
const settings = { invocationStamp: "unknown", idleVcpu: 0.02 } as const;
const decided = (own: SessionFacts): Decision => decide(own, settings, now);

const anyMinute = fc.integer({ min: -30, max: 150 });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
/** Mostly the first: or no session would ever be stopped. */
const mostly = <T>(value: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });
const anySpan = fc.tuple(anyMinute, anyMinute).map(([from, until]) => ({ from: minute(from), until: minute(until) }));
const anyInstant = anyMinute.map(minute);
const codes: readonly Unknown["code"][] = ["no-usage-logs", "at-teardown", "no-records-yet", "never-called", "failed"];
const anyUnknown = fc.constantFrom(...codes).map(unknown);

/** Whatever evidence says, also what contradicts itself. */
const anyCpu: fc.Arbitrary<CpuEvidence | Unknown> = fc.oneof(
  { weight: 1, arbitrary: anyUnknown },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("known" as const),
      asOf: mostly(now, anyInstant),
      covered: mostly({ from: minute(0), until: minute(100) }, anySpan),
      quietSince: fc.oneof(fc.constant(minute(0)), some(anyInstant)),
      lastBusyAt: some(anyInstant),
      lastRecordAt: mostly(minute(100), anyInstant),
      hotSince: fc.constant(null),
      memoryBytes: fc.constant(null),
    }),
  },
);
const anyCalls: fc.Arbitrary<CallEvidence | Unknown> = fc.oneof(
  { weight: 1, arbitrary: anyUnknown },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("known" as const),
      asOf: mostly(now, anyInstant),
      of: fc.constantFrom("session" as const, "interpreter" as const),
      window: mostly({ from: minute(0), until: minute(120) }, anySpan),
      inFlightUntil: mostly(minute(100), anyInstant),
      maybeInFlight: fc.array(anySpan, { maxLength: 3 }),
    }),
  },
);
const anyFacts: fc.Arbitrary<SessionFacts> = fc
  .record({
    session: fc.record(
      {
        createdAt: mostly(minute(0), anyInstant),
        lastUpdatedAt: mostly(null, some(anyInstant)),
        status: mostly("READY", fc.constantFrom("TERMINATED", "OTHER")),
        timeoutSeconds: mostly(28_800, some(fc.integer({ min: 60, max: 28_800 }))),
      },
      { requiredKeys: [] },
    ),
    policy: fc.record(
      {
        idleAfterMs: fc.integer({ min: -1, max: 40 }).map(minutes),
        minAgeMs: fc.integer({ min: -1, max: 60 }).map(minutes),
        maxAgeMs: some(fc.integer({ min: 10, max: 200 }).map(minutes)),
        maxAgeStopsBusy: fc.boolean(),
        skipIfExpiresWithinMs: fc.integer({ min: 0, max: 30 }).map(minutes),
        evidence: fc.constantFrom("strict" as const, "invocations" as const),
      },
      { requiredKeys: [] },
    ),
    protection: fc.option(fc.record({ until: some(anyInstant) }), { nil: undefined, freq: 5 }),
    cpu: anyCpu,
    calls: anyCalls,
    status: mostly<SessionFacts["evidence"]["status"]>(null, fc.constantFrom("READY", "ended", "unknown")),
    lastUpdatedAt: mostly(null, some(anyInstant)),
  })
  .map(({ protection, ...rest }) => facts(protection === undefined ? rest : { ...rest, protection }));

const isStrict = ({ policy }: SessionFacts): boolean => policy?.evidence === "strict";
/** Stops within the guarantee. */
const isProved = (decision: Decision): boolean => decision.action === "stop" && decision.reason !== "over-age-busy";

describe("whatever the facts", () => {
  it("decides, always the same, with an action that belongs to the reason", () => {
    fc.assert(
      fc.property(anyFacts, (own) => {
        const decision = decided(own);
        expect(decided(own)).toEqual(decision);
        expect(decisionReasons).toContain(decision.reason);
        const stops = ["idle-observed", "over-age", "over-age-busy"].includes(decision.reason);
        expect(decision.action).toBe(stops ? "stop" : decision.reason === "quiet" ? "watch" : "keep");
      }),
    );
  });

  it("stops nothing of which any evidence is unknown", () => {
    fc.assert(
      fc.property(anyFacts, (own) => {
        const { cpu: ownCpu, calls: ownCalls, status } = own.evidence;
        const missing = ownCalls.kind === "unknown" || (isStrict(own) && ownCpu.kind === "unknown");
        if (missing || status === "unknown" || own.session.timeoutSeconds === null) {
          expect(decided(own).action).not.toBe("stop");
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("stops nothing that a record or a possible request touches within idleAfter before H, and nothing that was called since", () => {
    let proved = 0;
    fc.assert(
      fc.property(anyFacts, (own) => {
        const decision = decided(own);
        const { policy, evidence } = own;
        if (!isProved(decision) || policy === null || decision.horizon === null) return;
        proved += 1;
        const from = plusMs(decision.horizon, -policy.idleAfterMs);
        if (evidence.calls.kind === "known") {
          for (const { until } of evidence.calls.maybeInFlight) expect(until).toBeLessThanOrEqual(from);
          expect(evidence.calls.window.from).toBeLessThanOrEqual(from);
        }
        if (isStrict(own) && evidence.cpu.kind === "known") {
          expect(evidence.cpu.lastBusyAt ?? from).toBeLessThanOrEqual(from);
          expect(evidence.cpu.quietSince).not.toBeNull();
          expect(evidence.cpu.quietSince).toBeLessThanOrEqual(from);
          expect(evidence.cpu.covered.from).toBeLessThanOrEqual(from);
        }
        expect(own.session.createdAt).toBeLessThanOrEqual(from);
      }),
      { numRuns: 3000 },
    );
    expect(proved).toBeGreaterThan(100);
  });

  it("has H never later than either horizon, nor than now where it stops", () => {
    fc.assert(
      fc.property(anyFacts, (own) => {
        const { horizon, action } = decided(own);
        if (horizon === null) return;
        const { cpu: ownCpu, calls: ownCalls } = own.evidence;
        if (ownCalls.kind === "known") expect(horizon).toBeLessThanOrEqual(ownCalls.inFlightUntil);
        if (isStrict(own) && ownCpu.kind === "known") expect(horizon).toBeLessThanOrEqual(ownCpu.covered.until);
        if (action === "stop") expect(horizon).toBeLessThanOrEqual(now);
      }),
    );
  });

  it("stops nothing protected, too young, ended, or without a policy", () => {
    fc.assert(
      fc.property(anyFacts, (own) => {
        if (decided(own).action !== "stop") return;
        const { protection, session, policy, evidence } = own;
        expect(protection === null || (protection.until !== null && protection.until <= now)).toBe(true);
        expect(now - session.createdAt).toBeGreaterThanOrEqual(Math.max(0, policy?.minAgeMs ?? Number.NaN));
        expect(session.status).toBe("READY");
        expect([null, "READY"]).toContain(evidence.status);
        expect(session.createdAt + (session.timeoutSeconds ?? 0) * 1000).toBeGreaterThan(now);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on the order of the spans of calls", () => {
    fc.assert(
      fc.property(anyFacts, (own) => {
        const { calls: ownCalls } = own.evidence;
        if (ownCalls.kind === "unknown") return;
        const turned = { ...ownCalls, maybeInFlight: ownCalls.maybeInFlight.toReversed() };
        expect(decided({ ...own, evidence: { ...own.evidence, calls: turned } })).toEqual(decided(own));
      }),
    );
  });

  it("stops a session known to work only where maxAgeStopsBusy is on, and it is over age", () => {
    fc.assert(
      fc.property(anyFacts, (own) => {
        if (decided(own).reason !== "over-age-busy") return;
        expect(own.policy?.maxAgeStopsBusy).toBe(true);
        expect(now - own.session.createdAt).toBeGreaterThanOrEqual(own.policy?.maxAgeMs ?? Number.NaN);
      }),
      { numRuns: 1000 },
    );
  });
});
