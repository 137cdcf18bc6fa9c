import { afterEach, describe, expect, it } from "vitest";
import type { ScanOutcome } from "../../core/jobs/scan/outcome.ts";
import { scan } from "../../core/jobs/scan/scan.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { FaultRule } from "../../local/faults.ts";
import type { FleetInput } from "../../local/fleet/fleet-spec.ts";
import { embedded, signal } from "../aws/embedded.ts";
import { scanInput } from "./fake-sandboxes.ts";

const regions = ["us-east-1", "eu-west-1"];
const fleet: FleetInput = {
  places: regions.map((region, index) => ({
    region,
    appliedQuotas: { sessions: 500, interpreters: 100 },
    interpreters: [{ name: "tool", networkMode: "VPC" as const }, { name: "idle" }],
    sessions: [
      { interpreter: "tool", profile: "bursty", count: 13, createdSeconds: [-800, -10], timeoutSeconds: [900, 3600] },
      { interpreter: "system", profile: "idle-leak", count: 4 + index, createdSeconds: -60 },
      { interpreter: "tool", profile: "steady", count: 5, createdSeconds: -7200, timeoutSeconds: 900 },
    ],
  })),
};
const aws = await embedded(fleet);
const now = instant(aws.world.clock.now());
const pass = (pageSize?: number) => scan(aws.ports(pageSize))(now, scanInput(regions), signal);
const seen = (outcome: ScanOutcome): readonly string[] =>
  outcome.targets
    .flatMap((target) =>
      target.sessions.map((session) => `${session.target.region} ${session.interpreter} ${session.id}`),
    )
    .toSorted();
const codes = (outcome: ScanOutcome) =>
  outcome.targets.map((target) => [target.status, ...target.problems.map((problem) => problem.code)]);

afterEach(() => aws.clearFaults());

describe("a pass over the embedded AWS", () => {
  it("reports exactly the sessions that live, each looked up once", async () => {
    await aws.takeCalls();
    const outcome = await pass();
    expect(outcome.complete).toBe(true);
    expect(seen(outcome)).toEqual(await aws.ready());
    expect(await aws.takeCalls()).toMatchObject({
      ListCodeInterpreters: 4,
      ListCodeInterpreterSessions: 6,
      GetCodeInterpreterSession: seen(outcome).length,
    });
  });

  it("reports the timeouts that the sessions have", async () => {
    const outcome = await pass();
    const timeouts = outcome.targets.flatMap((target) => target.sessions.map((session) => session.timeoutSeconds));
    expect(new Set(timeouts)).toEqual(new Set([900, 3600]));
  });

  it("costs no more calls than pages and one look-up a session at a small page size", async () => {
    await aws.takeCalls();
    const outcome = await pass(5);
    expect(seen(outcome)).toEqual(await aws.ready());
    const calls = await aws.takeCalls();
    expect(calls["GetCodeInterpreterSession"]).toBe(seen(outcome).length);
    // Per Region 13 sessions on 3 pages, 4 or 5 on one, none on one.
    expect(calls["ListCodeInterpreterSessions"]).toBe(10);
  });
});

describe("faults that pass by lose nothing", () => {
  const reads = ["ListCodeInterpreters", "ListCodeInterpreterSessions", "GetCodeInterpreterSession", "GetServiceQuota"];
  it.each<[string, FaultRule[]]>([
    ["throttling", reads.map((operation) => ({ kind: "throttle", operation, times: 1 }))],
    ["500", reads.map((operation) => ({ kind: "error", operation, times: 2 }))],
    ["503", reads.map((operation) => ({ kind: "error", operation, status: 503, times: 2 }))],
    ["503 as a page of HTML", reads.map((operation) => ({ kind: "html-503", operation, times: 2 }))],
    ["a dropped connection", reads.map((operation) => ({ kind: "timeout", operation, delayMs: 5, times: 1 }))],
    ["slow answers", reads.map((operation) => ({ kind: "slow", operation, delayMs: 20 }))],
    ["an empty page with a token, on every listing", [{ kind: "empty-page" }]],
    ["a status that is not known", [{ kind: "unknown-status" }]],
  ])("%s", async (_, faults) => {
    await aws.addFaults(...faults);
    const outcome = await pass();
    expect(seen(outcome)).toEqual(await aws.ready());
    expect(outcome.complete).toBe(true);
  });

  it("missing optional members: what they would have said is unknown, and the rest is there", async () => {
    await aws.addFaults({ kind: "missing-optional" });
    const outcome = await pass();
    expect(seen(outcome)).toEqual(await aws.ready());
    expect(outcome.complete).toBe(true);
    for (const session of outcome.targets.flatMap((target) => target.sessions)) {
      expect(session).toMatchObject({ name: null, timeoutSeconds: null, lastUpdatedAt: null, status: "READY" });
    }
    expect(codes(outcome)[0]).toContain("MissingMember");
  });
});

describe("faults that stay are told, and lose nothing that was read", () => {
  it("a repeated token: what the page had is kept, and the number is unknown", async () => {
    await aws.addFaults({ kind: "repeated-token", operation: "ListCodeInterpreterSessions", region: "us-east-1" });
    const outcome = await pass();
    expect(seen(outcome)).toEqual(await aws.ready());
    expect(outcome.targets.map((target) => target.readySessions)).toEqual([null, 18]);
    expect(codes(outcome)).toEqual([["partial", "BadAnswer"], ["ok"]]);
  });

  it("sessions that vanish between listing and look-up are left out, and nothing else", async () => {
    await aws.addFaults({ kind: "vanish", times: 3, region: "eu-west-1" });
    const outcome = await pass();
    expect(outcome.complete).toBe(true);
    const ready = await aws.ready();
    expect(seen(outcome)).toHaveLength(ready.length - 3);
    expect(ready).toEqual(expect.arrayContaining([...seen(outcome)]));
  });

  it.each([
    ["ListCodeInterpreters", "failed", null],
    ["ListCodeInterpreterSessions", "partial", null],
    ["GetCodeInterpreterSession", "partial", 17],
    ["GetServiceQuota", "partial", 17],
  ])("access denied on %s: %s, and the IAM action is named", async (operation, status, readySessions) => {
    await aws.addFaults({ kind: "access-denied", operation, region: "us-east-1" });
    const outcome = await pass();
    expect(outcome.targets.map((target) => target.readySessions)).toEqual([readySessions, 18]);
    const [denied] = outcome.targets;
    expect(denied?.status).toBe(status);
    expect(denied?.problems.map((problem) => problem.code)).toEqual(["AccessDenied"]);
    expect(denied?.problems[0]?.message).toMatch(new RegExp(`(bedrock-agentcore|servicequotas):${operation} `));
    expect(denied?.problems[0]?.operation).toBe(operation);
  });

  it("a Region that is not enabled is failed where it was named, with what to do", async () => {
    const outcome = await scan(aws.ports())(now, scanInput(["us-east-1", "eu-south-1"]), signal);
    expect(codes(outcome)).toEqual([["ok"], ["failed", "RegionNotEnabled"]]);
    expect(outcome.targets[1]?.problems[0]?.message).toContain("enable it");
  });

  it("one Region that throttles every listing is partial, and the other is whole", async () => {
    const impatient = await embedded(fleet, { maxAttempts: 2 });
    await impatient.addFaults({ kind: "throttle", operation: "ListCodeInterpreterSessions", region: "us-east-1" });
    const outcome = await scan(impatient.ports())(now, scanInput(regions), signal);
    expect(codes(outcome)).toEqual([["partial", "Throttled"], ["ok"]]);
    expect(outcome.targets.map((target) => target.readySessions)).toEqual([null, 18]);
  });
});
