import { afterEach, describe, expect, it } from "vitest";
import { awsListEndedSessions } from "../../adapters/aws/ended-sessions.ts";
import { awsInterpreterUsage } from "../../adapters/aws/interpreter-usage.ts";
import { awsReadTags } from "../../adapters/aws/tags.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { embedded, signal, target } from "./embedded.ts";

const place = {
  region: "us-east-1",
  interpreters: [
    { name: "busy", id: "busy-VbMl9Hi8I4", tags: { team: "data", env: "prod" }, usageLogs: false as const },
    { name: "idle", id: "idle-VbMl9Hi8I4" },
  ],
  sessions: [
    {
      interpreter: "busy",
      profile: "steady" as const,
      count: 3,
      createdSeconds: -4 * 3600,
      timeoutSeconds: 3600,
      names: ["a", "b"],
    },
    { interpreter: "busy", profile: "steady" as const, count: 2, createdSeconds: -60, timeoutSeconds: 3600 },
  ],
};
const busy = interpreterId("busy-VbMl9Hi8I4");
const idle = interpreterId("idle-VbMl9Hi8I4");
const here = target("us-east-1");
// 12:00 is the start of the clock: the three sessions lived from 08:00 to 09:00.
const at = (hour: number) => instant(Date.UTC(2026, 10, 20, hour));

describe.each(["id", "arn"] as const)(
  "what an interpreter used, where CloudWatch names it by its %s",
  async (named) => {
    const aws = await embedded({ places: [place] }, { unknowns: { resourceDimension: named }, maxAttempts: 2 });
    const read = awsInterpreterUsage(aws.clients);
    afterEach(() => aws.clearFaults());

    it("is the sum of its sessions in the hours that have data, and unknown in all others", async () => {
      const { hours, problems } = await read(here, [busy, idle], at(7), at(11), signal);
      expect(problems).toEqual([]);
      const ofBusy = hours.get(busy) ?? [];
      expect(ofBusy.map((hour) => hour.hourAt)).toEqual([7, 8, 9, 10].map(at));
      expect(ofBusy[0]).toEqual({ hourAt: at(7), vcpuHours: null, gbHours: null });
      expect(ofBusy[3]).toEqual({ hourAt: at(10), vcpuHours: null, gbHours: null });
      const truth = (await (await fetch(`${aws.url}/_local/truth`)).json()) as {
        sessions: { interpreter: string; status: string; vcpuHours: string; gbHours: string }[];
      };
      const ended = truth.sessions.filter((it) => it.interpreter === busy && it.status === "TERMINATED");
      const sum = (figure: "vcpuHours" | "gbHours") => ended.reduce((total, it) => total + Number(it[figure]), 0);
      const measured = (figure: "vcpuHours" | "gbHours") => ofBusy.reduce((total, it) => total + (it[figure] ?? 0), 0);
      expect(ended).toHaveLength(3);
      expect(measured("vcpuHours")).toBeCloseTo(sum("vcpuHours"), 9);
      expect(measured("gbHours")).toBeCloseTo(sum("gbHours"), 9);
      expect((hours.get(idle) ?? []).every((hour) => hour.vcpuHours === null && hour.gbHours === null)).toBe(true);
    });

    it.each(["ListMetrics", "GetMetricData"])("is unknown, with the reason, where %s is denied", async (operation) => {
      await aws.addFaults({ kind: "access-denied", operation });
      const { hours, problems } = await read(here, [busy], at(8), at(9), signal);
      expect(hours.get(busy)).toEqual([{ hourAt: at(8), vcpuHours: null, gbHours: null }]);
      expect(problems[0]).toMatchObject({ code: "AccessDenied", operation });
      expect(problems[0]?.message).toContain(`cloudwatch:${operation}`);
    });
  },
);

describe("ended sessions and tags", async () => {
  const aws = await embedded({ places: [place] }, { maxAttempts: 2 });
  afterEach(() => aws.clearFaults());

  it("lists what is terminated, over pages, and nothing that lives", async () => {
    const listing = await awsListEndedSessions(aws.clients, 2)(here, busy, { from: null, pages: 1000 }, signal);
    expect(listing).toMatchObject({ complete: true, problems: [] });
    expect(listing.items).toHaveLength(3);
    for (const session of listing.items) expect(session).toMatchObject({ status: "TERMINATED", createdAt: at(8) });
  });

  it("lists some pages of them, and goes on from there", async () => {
    const list = awsListEndedSessions(aws.clients, 2);
    const first = await list(here, busy, { from: null, pages: 1 }, signal);
    expect(first).toMatchObject({ complete: false, problems: [], pages: 1, next: expect.any(String) });
    const rest = await list(here, busy, { from: first.next, pages: 1000 }, signal);
    expect(rest).toMatchObject({ complete: true, problems: [], next: null });
    expect(new Set([...first.items, ...rest.items].map(({ id }) => id)).size).toBe(3);
    // A token that the service does not know any more.
    const lost = await list(here, busy, { from: "none", pages: 1000 }, signal);
    expect(lost).toMatchObject({
      complete: false,
      next: null,
      problems: [{ operation: "ListCodeInterpreterSessions" }],
    });
  });

  it("reads the tags of an interpreter of one's own; AWS's has none", async () => {
    const tags = awsReadTags(aws.clients);
    expect(await tags(here, busy, signal)).toEqual({ kind: "found", value: { team: "data", env: "prod" } });
    expect(await tags(here, idle, signal)).toEqual({ kind: "found", value: {} });
    expect(await tags(here, interpreterId("aws.codeinterpreter.v1"), signal)).toEqual({ kind: "found", value: {} });
    expect(await tags(here, interpreterId("none-VbMl9Hi8I4"), signal)).toEqual({ kind: "gone" });
    await aws.addFaults({ kind: "access-denied", operation: "ListTagsForResource" });
    expect(await tags(here, busy, signal)).toMatchObject({ kind: "failed", problem: { code: "AccessDenied" } });
  });
});
