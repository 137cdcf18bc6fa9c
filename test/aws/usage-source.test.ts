import { afterEach, describe, expect, it } from "vitest";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { Located } from "../../core/ports/usage-source.ts";
import { signal } from "./embedded.ts";
import { aws, distinct, groupLocation, here, idOf, ids, read, source, truth, usual } from "./usage-fleet.ts";

afterEach(() => aws.clearFaults());

describe("where usage records are", () => {
  const locate = (name: (typeof ids)[number]): Promise<Located> => source.locate(here, idOf(name), signal);

  it("is where the delivery of an interpreter says, with how long it keeps them", async () => {
    expect(await locate("usual")).toEqual({ kind: "found", location: groupLocation(`${usual}/${idOf("usual")}`) });
    for (const name of ["shared", "sharing"] as const) {
      expect(await locate(name)).toEqual({ kind: "found", location: groupLocation("/team/usage") });
    }
    expect(await locate("brief")).toMatchObject({ kind: "found", location: { retentionMs: 86_400_000 } });
    expect(await locate("bucket")).toEqual({
      kind: "found",
      location: { ...groupLocation("s3://usage-of-bucket/p"), kind: "bucket", windows: "delivery" },
    });
  });

  it("is nowhere for good reasons, each with what to do", async () => {
    expect(await locate("dark")).toMatchObject({ kind: "none", reason: "not-enabled" });
    expect(JSON.stringify(await locate("dark"))).toContain("PutDeliverySource");
    expect(await locate("deleted")).toMatchObject({ kind: "none", reason: "missing" });
    expect(JSON.stringify(await locate("deleted"))).toContain("does not exist: create it");
  });

  it("costs three listings for any number of interpreters", async () => {
    const fresh = awsUsageSource(aws.clients, { logGroup: null });
    await aws.takeCalls();
    for (const name of ids) await fresh.locate(here, idOf(name), signal);
    const calls = await aws.takeCalls();
    expect([
      calls["DescribeDeliveries"],
      calls["DescribeDeliverySources"],
      calls["DescribeDeliveryDestinations"],
    ]).toEqual([1, 1, 1]);
  });

  it("is the usual group where deliveries may not be listed", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "DescribeDeliverySources" });
    const fresh = awsUsageSource(aws.clients, { logGroup: null });
    expect(await fresh.locate(here, idOf("usual"), signal)).toEqual({
      kind: "found",
      location: { ...groupLocation(`${usual}/${idOf("usual")}`), foundBy: "convention" },
    });
    // Whether it has usage logs elsewhere, nobody knows now.
    const unknown = await fresh.locate(here, idOf("shared"), signal);
    expect(unknown).toMatchObject({ kind: "none", reason: "unreadable", problem: { code: "AccessDenied" } });
    expect(JSON.stringify(unknown)).toContain("logs:DescribeDeliverySources");
  });

  it("is that of the setting where nothing else names one", async () => {
    const fresh = awsUsageSource(aws.clients, { logGroup: "/team/usage" });
    expect(await fresh.locate(here, idOf("dark"), signal)).toEqual({
      kind: "found",
      location: { ...groupLocation("/team/usage"), foundBy: "setting" },
    });
  });

  it.each(["error", "throttle"] as const)("is unknown after a %s, and looked up again", async (kind) => {
    const fresh = awsUsageSource(aws.clients, { logGroup: null });
    await aws.addFaults({ kind, operation: "DescribeDeliveries" }, { kind, operation: "DescribeLogGroups" });
    expect(await fresh.locate(here, idOf("usual"), signal)).toMatchObject({ kind: "none", reason: "unknown" });
    await aws.clearFaults();
    expect(await fresh.locate(here, idOf("usual"), signal)).toMatchObject({ kind: "found" });
  });
});

describe("usage records, row by row", () => {
  it("are all that the sessions wrote, the line of the delivery set aside", async () => {
    const { reading, records } = await read();
    const sessions = (await truth()).filter((it) => it.interpreter === idOf("usual"));
    expect(reading).toMatchObject({ complete: true, approximate: null, problems: [] });
    expect(reading.lines).toBe(reading.records + 1);
    expect([...reading.skipped]).toEqual([["plain-text", 1]]);
    expect(distinct(records).size).toBe(sessions.reduce((sum, it) => sum + it.records, 0));
    for (const it of sessions) {
      expect(distinct(records.filter((record) => record.session === it.session)).size).toBe(it.records);
    }
  });

  it("are each in exactly one of two windows that meet", async () => {
    const { records } = await read();
    const cut = records.toSorted((a, b) => a.at - b.at)[Math.floor(records.length / 2)]?.at ?? 0;
    const before = await read({ until: instant(cut) });
    const after = await read({ from: instant(cut) });
    expect(before.records.every((it) => it.at < cut) && after.records.every((it) => it.at >= cut)).toBe(true);
    expect(after.records.some((it) => it.at === cut)).toBe(true);
    expect(before.records.length + after.records.length).toBe(records.length);
  });

  it("are those of one session where one is asked for", async () => {
    const [wanted] = (await truth()).filter((it) => it.interpreter === idOf("shared"));
    const { records, reading } = await read({
      location: groupLocation("/team/usage"),
      session: sessionId(wanted?.session ?? ""),
    });
    expect(new Set(records.map((it) => it.session))).toEqual(new Set([wanted?.session]));
    expect(distinct(records).size).toBe(wanted?.records);
    expect(reading.complete).toBe(true);
  });

  it("are of all interpreters that share a group, however large its pages are", async () => {
    const { records } = await read({ location: groupLocation("/team/usage") });
    expect(new Set(records.map((it) => it.interpreter))).toEqual(new Set([idOf("shared"), idOf("sharing")]));
  });

  it.each([
    ["a group that is locked", `${usual}/${idOf("locked")}`, "AccessDenied", "logs:FilterLogEvents"],
    ["a group that is gone", `${usual}/${idOf("deleted")}`, "NotFound", "does not exist"],
  ])("are not complete in %s, and it is said why", async (_what, place, code, said) => {
    const { reading } = await read({ location: groupLocation(place) });
    expect(reading).toMatchObject({ complete: false, problems: [{ code }] });
    expect(reading.problems[0]?.message).toContain(said);
  });

  it("keep what was read before a page failed", async () => {
    const operation = "FilterLogEvents";
    await aws.addFaults({ kind: "slow", delayMs: 0, operation, times: 1 }, { kind: "error", operation });
    const { reading, records } = await read();
    expect(reading).toMatchObject({ complete: false, problems: [{ code: "ServiceError" }] });
    expect(records.length).toBeGreaterThan(0);
  });
});
