import { describe, expect, it } from "vitest";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { scanReport } from "../../core/reporting/scan-report.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import {
  anInterpreter,
  aProblem,
  aSession,
  broken,
  complete,
  type FakeRegion,
  now,
  prices,
  scanFake,
} from "./fake-sandboxes.ts";

const pricing = { prices, gb: "binary", size: codeInterpreterKind.size } as const;
const system = anInterpreter("aws.codeinterpreter.v1");
const holding = (...ids: readonly string[]): FakeRegion => ({
  interpreters: complete([system]),
  sessions: { [system.id]: complete(ids.map((id) => aSession(id, { createdAt: plusMs(now, -3_600_000) }))) },
});
const denied: FakeRegion = { interpreters: broken(aProblem("AccessDenied", "ListCodeInterpreters")) };
const reportOf = async (regions: Readonly<Record<string, FakeRegion>>, notEnabled: "skip" | "fail" = "fail") => {
  const report = scanReport(await scanFake(regions, { notEnabled }), pricing);
  expect(violations(publishedSchema("scan.schema.json"), JSON.parse(JSON.stringify(report)))).toEqual([]);
  return report;
};

describe("the report of a pass", () => {
  it("shows a session with its times and the bounds of its cost, to the digit", async () => {
    const { sessions } = await reportOf({ "us-east-1": holding("s1") });
    // One hour: 0.125 GB at $0.00945, and 2 vCPU at $0.0895 with 8 GB.
    expect(sessions).toEqual([
      {
        account: "111122223333",
        region: "us-east-1",
        interpreter: "aws.codeinterpreter.v1",
        interpreterKind: "SYSTEM",
        session: "s1",
        name: "name of s1",
        status: "READY",
        createdAt: "2026-11-20T11:00:00.000Z",
        timeoutSeconds: 900,
        expiresAt: "2026-11-20T11:15:00.000Z",
        ageSeconds: 3600,
        cost: {
          usd: null,
          lowUsd: "0.001181250000",
          highUsd: "0.254600000000",
          basis: "bounded",
          final: false,
          asOf: "2026-11-20T12:00:00.000Z",
        },
        activity: { lastActiveAt: null, evidence: [] },
      },
    ]);
  });

  it("adds up what is known", async () => {
    const { totals } = await reportOf({ "us-east-1": holding("a", "b"), "eu-west-1": holding("c") });
    expect(totals).toEqual({
      sessions: 3,
      usd: null,
      lowUsd: "0.003543750000",
      highUsd: "0.763800000000",
      hourlyUsd: null,
      hourlyLowUsd: "0.003543750000",
      hourlyHighUsd: "0.763800000000",
    });
  });

  it("costs exactly nothing where nothing lives", async () => {
    const { totals } = await reportOf({ "us-east-1": holding() });
    expect(totals).toMatchObject({ sessions: 0, usd: "0.000000000000", hourlyUsd: "0.000000000000" });
  });

  it("bounds from below what it could not read in full", async () => {
    const { complete: whole, totals } = await reportOf({ "us-east-1": holding("a"), "eu-west-1": denied });
    expect(whole).toBe(false);
    expect(totals).toMatchObject({
      sessions: null,
      usd: null,
      lowUsd: "0.001181250000",
      highUsd: null,
      hourlyUsd: null,
    });
  });

  it("claims nothing, not even a lower bound, where nothing was read", async () => {
    const { totals } = await reportOf({ "us-east-1": denied });
    expect(Object.values(totals)).toEqual(Array(7).fill(null));
  });

  it("knows the total where the only unread Regions are not enabled", async () => {
    const skipped = { interpreters: broken<ReturnType<typeof anInterpreter>>(aProblem("RegionNotEnabled")) };
    const { complete: whole, totals } = await reportOf({ "us-east-1": holding("a"), "eu-south-1": skipped }, "skip");
    expect([whole, totals.sessions]).toEqual([true, 1]);
  });

  it("has no price where the Region has none: unknown, not zero", async () => {
    const { sessions, totals } = await reportOf({ "us-east-1": holding("a"), "sa-east-1": holding("b") });
    expect(sessions[1]?.cost).toMatchObject({ lowUsd: null, highUsd: null });
    expect(totals).toMatchObject({ sessions: 2, lowUsd: "0.001181250000", highUsd: null, hourlyHighUsd: null });
  });

  it("makes a session that began a moment after the pass no younger than new", async () => {
    const later: FakeRegion = {
      interpreters: complete([system]),
      sessions: { [system.id]: complete([aSession("s", { createdAt: plusMs(now, 1500) })]) },
    };
    const { sessions } = await reportOf({ "us-east-1": later });
    expect(sessions[0]?.ageSeconds).toBe(0);
    expect(Number(sessions[0]?.cost.lowUsd)).toBeGreaterThan(0);
  });
});
