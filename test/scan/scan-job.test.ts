import { describe, expect, it } from "vitest";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import type { ScanInput } from "../../core/jobs/scan/input.ts";
import type { ScanOutcome, TargetScan } from "../../core/jobs/scan/outcome.ts";
import { scan } from "../../core/jobs/scan/scan.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import {
  anInterpreter,
  aProblem,
  aSession,
  broken,
  complete,
  type FakeRegion,
  fakeService,
  now,
  scanFake,
  scanInput,
  signal,
} from "./fake-sandboxes.ts";

const one = (outcome: ScanOutcome): TargetScan => {
  const [target] = outcome.targets;
  if (target === undefined) throw new Error("no target");
  return target;
};
const ids = (target: TargetScan): readonly string[] => target.sessions.map((session) => session.id);
const system = anInterpreter("aws.codeinterpreter.v1");
const tool = anInterpreter("tool-AAAAAAAAAA");

const region = (part: FakeRegion = {}): FakeRegion => ({
  interpreters: complete([system, tool]),
  sessions: { [system.id]: complete([aSession("s1")]), [tool.id]: complete([aSession("t1"), aSession("t2")]) },
  ...part,
});

describe("a pass over one target", () => {
  it("reads the sessions of SYSTEM and CUSTOM interpreters and their hard timeouts", async () => {
    const outcome = await scanFake({ "us-east-1": region() });
    expect(outcome).toMatchObject({ asOf: now, complete: true });
    expect(one(outcome)).toMatchObject({ status: "ok", problems: [], readySessions: 3 });
    expect(one(outcome).sessions).toMatchObject([
      { id: "s1", interpreter: system.id, interpreterKind: "SYSTEM", timeoutSeconds: 900 },
      { id: "t1", interpreter: tool.id, interpreterKind: "CUSTOM", timeoutSeconds: 900 },
      { id: "t2", interpreter: tool.id },
    ]);
    expect(one(outcome).interpreters?.map((it) => it.readySessions)).toEqual([1, 2]);
  });

  it("gives the same result whatever the order of the listings", async () => {
    const forth = region();
    const back = region({
      interpreters: complete([tool, system]),
      sessions: { [system.id]: complete([aSession("s1")]), [tool.id]: complete([aSession("t2"), aSession("t1")]) },
    });
    expect(await scanFake({ "us-east-1": back })).toEqual(await scanFake({ "us-east-1": forth }));
  });

  it("looks each session up once, and no interpreter", async () => {
    const { ports, calls } = fakeService({ "us-east-1": region() });
    await scan(ports)(now, scanInput(["us-east-1"]), signal);
    expect(calls.filter((call) => call.startsWith("get")).toSorted()).toEqual([
      "getSession us-east-1 s1",
      "getSession us-east-1 t1",
      "getSession us-east-1 t2",
    ]);
  });

  it("looks no session up whose timeout is known from an earlier pass", async () => {
    const { ports, calls } = fakeService({ "us-east-1": region() });
    const knownTimeout = (_: unknown, __: unknown, session: string) => (session === "t1" ? 3600 : null);
    const outcome = await scan(ports)(now, scanInput(["us-east-1"], { knownTimeout }), signal);
    expect(calls.filter((call) => call.startsWith("get"))).not.toContain("getSession us-east-1 t1");
    expect(one(outcome).sessions.map((session) => session.timeoutSeconds)).toEqual([900, 3600, 900]);
  });

  it("looks no more sessions up than it may, lists the others, and goes on with them in the next pass", async () => {
    const { ports, calls } = fakeService({ "us-east-1": region() });
    const lookUp = { sessions: true, interpreters: false, sessionsAtMost: 2 };
    const first = one(await scan(ports)(now, scanInput(["us-east-1"], { lookUp }), signal));
    expect(first).toMatchObject({ status: "ok", readySessions: 3, problems: [{ code: "LookUpPostponed" }] });
    const known = new Map(first.sessions.map((session) => [session.id, session.timeoutSeconds]));
    expect([...known.values()].filter((timeout) => timeout === null)).toHaveLength(1);
    const knownTimeout: ScanInput["knownTimeout"] = (_, __, session) => known.get(session) ?? null;
    const second = one(await scan(ports)(now, scanInput(["us-east-1"], { lookUp, knownTimeout }), signal));
    expect(second).toMatchObject({ status: "ok", problems: [] });
    expect(second.sessions.map((session) => session.timeoutSeconds)).toEqual([900, 900, 900]);
    expect(calls.filter((call) => call.startsWith("getSession"))).toHaveLength(3);
  });

  it("looks interpreters up instead of sessions where it is asked to", async () => {
    const { ports, calls } = fakeService({ "us-east-1": region() });
    const lookUp = { sessions: false, interpreters: true };
    const outcome = await scan(ports)(now, scanInput(["us-east-1"], { lookUp }), signal);
    expect(calls.filter((call) => call.startsWith("getSession"))).toEqual([]);
    expect(one(outcome).interpreters).toMatchObject([
      { detail: { networkMode: "SANDBOX" }, readySessions: 1 },
      { detail: { networkMode: "SANDBOX" }, readySessions: 2 },
    ]);
  });

  it.each([
    ["gone", { kind: "gone" }],
    [
      "terminated",
      { kind: "found", value: { status: "TERMINATED", name: null, createdAt: null, timeoutSeconds: 900 } },
    ],
  ] as const)("leaves out a session that is %s between listing and look-up, and nothing else", async (_, lookup) => {
    const target = one(await scanFake({ "us-east-1": region({ details: { t1: lookup } }) }));
    expect(target).toMatchObject({ status: "ok", readySessions: 2, problems: [] });
    expect(ids(target)).toEqual(["s1", "t2"]);
  });

  it("keeps a session of an unknown status as it came", async () => {
    const details = {
      t1: { kind: "found", value: { status: "HIBERNATING", name: null, createdAt: null, timeoutSeconds: 60 } },
    } as const;
    const target = one(await scanFake({ "us-east-1": region({ details }) }));
    expect(target.sessions[1]).toMatchObject({ id: "t1", status: "HIBERNATING" });
    expect(target.readySessions).toBe(3);
  });

  it("keeps a session whose look-up failed, with its timeout unknown, and says so", async () => {
    const problem = aProblem("Throttled", "GetCodeInterpreterSession");
    const details = { t1: { kind: "failed", problem }, t2: { kind: "failed", problem } } as const;
    const target = one(await scanFake({ "us-east-1": region({ details }) }));
    expect(target).toMatchObject({ status: "partial", readySessions: 3 });
    expect(target.sessions.map((session) => session.timeoutSeconds)).toEqual([900, null, null]);
    expect(target.problems).toEqual([{ ...problem, message: `${problem.message} (and 1 more like it)` }]);
  });

  it("says where the service gave no timeout, without calling the target incomplete", async () => {
    const details = {
      t1: { kind: "found", value: { status: null, name: null, createdAt: null, timeoutSeconds: null } },
    } as const;
    const target = one(await scanFake({ "us-east-1": region({ details }) }));
    expect(target).toMatchObject({ status: "ok", readySessions: 3, problems: [{ code: "MissingMember" }] });
    expect(target.sessions[1]).toMatchObject({ status: "READY", timeoutSeconds: null });
  });

  it("knows no number of sessions where one interpreter's listing failed, and keeps what was read", async () => {
    const sessions = {
      [system.id]: complete([aSession("s1")]),
      [tool.id]: broken(aProblem("Throttled"), [aSession("t1")]),
    };
    const target = one(await scanFake({ "us-east-1": region({ sessions }) }));
    expect(target).toMatchObject({ status: "partial", readySessions: null });
    expect(ids(target)).toEqual(["s1", "t1"]);
    expect(target.interpreters?.map((it) => it.readySessions)).toEqual([1, null]);
    expect(target.quotas).toMatchObject([
      { used: null, usedAtLeast: 2, utilizationPct: null, state: "unknown" },
      { used: 1, state: "ok" },
    ]);
  });

  it("takes an interpreter that was deleted meanwhile for gone", async () => {
    const sessions = { [tool.id]: broken<ReturnType<typeof aSession>>(aProblem("NotFound")) };
    const target = one(await scanFake({ "us-east-1": region({ sessions }) }));
    expect(target).toMatchObject({ status: "ok", readySessions: 0, problems: [] });
    expect(target.interpreters?.map((it) => it.id)).toEqual([system.id]);
    expect(target.quotas[1]).toMatchObject({ used: 0 });
  });

  it("does not believe that the SYSTEM interpreter was deleted", async () => {
    const sessions = { [system.id]: broken<ReturnType<typeof aSession>>(aProblem("NotFound")) };
    const target = one(await scanFake({ "us-east-1": region({ sessions }) }));
    expect(target).toMatchObject({ status: "partial", readySessions: null });
  });

  it("knows no number of interpreters where their listing broke off", async () => {
    const interpreters = broken(aProblem("ServiceError", "ListCodeInterpreters"), [system]);
    const target = one(await scanFake({ "us-east-1": region({ interpreters }) }));
    expect(target).toMatchObject({ status: "partial", readySessions: null, interpretersComplete: false });
    expect(ids(target)).toEqual(["s1"]);
    expect(target.quotas[1]).toMatchObject({ used: null, usedAtLeast: 0, state: "unknown" });
  });

  it("is partial where a limit could not be read, and shows the limit that it fell back to", async () => {
    const limits = { ...broken<never>(aProblem("AccessDenied", "GetServiceQuota")) };
    const target = one(await scanFake({ "us-east-1": region({ limits }) }));
    expect(target).toMatchObject({ status: "partial", readySessions: 3 });
    expect(target.quotas[0]).toMatchObject({ limit: 1000, limitSource: "built-in", used: 3, state: "ok" });
  });

  it("shows an applied limit of 0 as not enabled", async () => {
    const limits = complete([
      { code: codeInterpreterKind.quotas[0]?.code ?? "", limit: 0, source: "applied" } as const,
    ]);
    const target = one(await scanFake({ "us-east-1": region({ limits }) }));
    expect(target).toMatchObject({ status: "ok" });
    expect(target.quotas[0]).toMatchObject({ limit: 0, used: 3, utilizationPct: null, state: "not-enabled" });
  });
});

describe("a pass over several targets", () => {
  const denied = region({ interpreters: broken(aProblem("AccessDenied", "ListCodeInterpreters")) });
  const notEnabled = region({ interpreters: broken(aProblem("RegionNotEnabled", "ListCodeInterpreters")) });

  it("lets one target fail alone", async () => {
    const outcome = await scanFake({ "us-east-1": region(), "eu-west-1": denied, "us-west-2": region() });
    expect(outcome.complete).toBe(false);
    expect(outcome.targets.map((target) => [target.status, target.readySessions])).toEqual([
      ["ok", 3],
      ["failed", null],
      ["ok", 3],
    ]);
    expect(outcome.targets[1]).toMatchObject({
      interpreters: null,
      sessions: [],
      problems: [{ code: "AccessDenied" }],
      quotas: [
        { used: null, state: "unknown" },
        { used: null, state: "unknown" },
      ],
    });
  });

  it("skips a Region that is not enabled where all were asked for, and is complete", async () => {
    const outcome = await scanFake({ "us-east-1": region(), "eu-south-1": notEnabled }, { notEnabled: "skip" });
    expect(outcome.complete).toBe(true);
    expect(outcome.targets[1]).toMatchObject({ status: "skipped", readySessions: null, quotas: [] });
  });

  it("fails a Region that is not enabled where it was named", async () => {
    const outcome = await scanFake({ "us-east-1": region(), "eu-south-1": notEnabled });
    expect(outcome.complete).toBe(false);
    expect(outcome.targets[1]).toMatchObject({ status: "failed", problems: [{ code: "RegionNotEnabled" }] });
  });

  it("fails a Region that is not enabled for another reason also where all were asked for", async () => {
    const outcome = await scanFake({ "us-east-1": denied }, { notEnabled: "skip" });
    expect(one(outcome).status).toBe("failed");
  });
});

describe("a pass over one interpreter", () => {
  it("lists no other interpreter's sessions, and does not claim to know the use of their quota", async () => {
    const { ports, calls } = fakeService({ "us-east-1": region() });
    const input = scanInput(["us-east-1"], { interpreter: interpreterId(tool.id) });
    const target = one(await scan(ports)(now, input, signal));
    expect(calls.filter((call) => call.startsWith("list"))).toEqual([`listReadySessions us-east-1 ${tool.id}`]);
    expect(target).toMatchObject({ status: "ok", readySessions: 2, problems: [{ code: "NotCounted" }] });
    expect(target.quotas).toMatchObject([
      { used: null, usedAtLeast: 2, state: "unknown" },
      { used: 1, state: "ok" },
    ]);
  });
});

it("ends with the signal's reason when it is aborted", async () => {
  const { ports } = fakeService({ "us-east-1": region() });
  const aborted = AbortSignal.abort("enough");
  const refusing = { ...ports.sandboxes, listInterpreters: async () => Promise.reject(aborted.reason) };
  const run = scan({ ...ports, sandboxes: refusing });
  await expect(run(now, scanInput(["us-east-1"]), aborted)).rejects.toBe("enough");
});

it("tells how far it has come, and when each target has ended", async () => {
  const { ports } = fakeService({ "us-east-1": region() });
  const told: unknown[] = [];
  await scan({ ...ports, onProgress: (progress) => told.push(progress) })(now, scanInput(["us-east-1"]), signal);
  expect(told.at(-1)).toMatchObject({
    interpreters: 2,
    interpretersRead: 2,
    sessionsListed: 3,
    sessionsRead: 3,
    ended: true,
  });
});
