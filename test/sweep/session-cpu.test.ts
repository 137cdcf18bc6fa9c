import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import { writePlaces } from "../../core/jobs/ingest/place-memory.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { accountId, sessionId } from "../../core/kernel/ids.ts";
import type { CpuQuestion } from "../../core/ports/activity.ts";
import type { Located, UsageReading, UsageRequest, UsageSource } from "../../core/ports/usage-source.ts";
import { found, none } from "../accounts/settle-fixture.ts";
import { endOf, here, leak, minute, tool, usageOf } from "./lives.ts";

const never = new AbortController().signal;
const now = minute(120);
const window = { from: minute(10), until: now };
const life = leak("a");
const complete: UsageReading = {
  lines: 0,
  records: 0,
  skipped: new Map(),
  complete: true,
  approximate: null,
  problems: [],
};

interface Place {
  readonly located?: Located;
  readonly reading?: Partial<UsageReading>;
  /** Whose records a read hands on. */
  readonly keys?: readonly Partial<SessionKey>[];
}

function source({ located = found(), reading = {}, keys = [{}] }: Place = {}) {
  const requests: UsageRequest[] = [];
  const usage: UsageSource = {
    locate: async () => located,
    read: async (request, onUsage) => {
      requests.push(request);
      for (const key of keys) {
        const whole = { ...here, interpreter: tool, session: sessionId("a"), ...key };
        await onUsage([{ key: whole, usage: usageOf(life, endOf(life), request.from, minute(100)) }]);
      }
      return { ...complete, ...reading };
    },
  };
  const documents = memoryDocuments();
  const read = async (...ids: string[]) => readTo("whole", ...ids);
  const readTo = async (depth: CpuQuestion["depth"], ...ids: string[]) =>
    sessionCpu({ usage, documents }, { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" })(
      here,
      tool,
      ids.map((id) => sessionId(id)),
      window,
      { neededMs: 15 * 60_000, depth },
      now,
      never,
    );
  return { requests, documents, read, readTo };
}
const codes = (cpu: Awaited<ReturnType<ReturnType<typeof source>["read"]>>) =>
  Object.fromEntries([...cpu].map(([id, it]) => [id, it.kind === "known" ? "known" : it.code]));

describe("CPU of sessions", () => {
  it("is read of a log group one by one, row by row, and an hour beyond the clock", async () => {
    const { requests, read } = source();
    expect(codes(await read("a", "b"))).toEqual({ a: "known", b: "no-records-yet" });
    const asked = requests.map(({ session, how, from, until }) => [session, how, from, until]);
    expect(asked).toEqual([
      ["a", "rows", minute(10), minute(180)],
      ["b", "rows", minute(10), minute(180)],
    ]);
  });

  it("is read of files once for all, as far as they have been delivered", async () => {
    const { requests, read } = source({
      located: found({ windows: "delivery" }),
      keys: [{}, { session: sessionId("b") }, { session: sessionId("c") }],
    });
    expect(codes(await read("a", "b"))).toEqual({ a: "known", b: "known" });
    expect(requests.map(({ session, until }) => [session, until])).toEqual([[null, now]]);
  });

  it("is that of its own account, Region and interpreter, whoever shares the place", async () => {
    const { read } = source({ keys: [{ account: accountId("444455556666") }, { interpreter: "other" as never }] });
    expect(codes(await read("a"))).toEqual({ a: "no-records-yet" });
  });

  it.each([
    [{ complete: false, problems: [{ code: "AccessDenied", message: "Not allowed." }] }, "failed", "Not allowed."],
    [{ complete: false }, "failed", "Not all of it could be read."],
    [{ approximate: "summed up by minutes" }, "approximate", "summed up by minutes"],
  ])("is unknown where a read says %j", async (reading, code, said) => {
    const it = (await source({ reading }).read("a")).get(sessionId("a"));
    expect(it).toMatchObject({ kind: "unknown", code, message: expect.stringContaining(said) });
  });

  it.each([
    ["not-enabled", "no-usage-logs"],
    ["missing", "no-usage-logs"],
    ["unreadable", "no-usage-logs"],
    ["unknown", "failed"],
  ] as const)("is unknown where its place is %s", async (reason, code) => {
    expect(codes(await source({ located: none(reason) }).read("a", "b"))).toEqual({ a: code, b: code });
  });

  it("is read where the accounts job found its records, and looked up where that found none", async () => {
    for (const [located, asked] of [
      [found({ place: "/remembered" }), "/remembered"],
      [none("not-enabled"), "/usage"],
    ] as const) {
      const { documents, requests, read } = source();
      const place = { located, since: minute(0), dueAt: minute(500), goneAt: null, former: [] };
      await writePlaces(documents, here, { revision: 0, byInterpreter: new Map([[tool, place]]) });
      await read("a");
      expect(requests.map(({ location }) => location.place)).toEqual([asked]);
    }
  });
});
