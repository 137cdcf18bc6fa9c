import { describe, expect, it } from "vitest";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { signal, target } from "./embedded.ts";
import { readerAt, tinyService } from "./tiny-service.ts";

const region = target("us-east-1");
const tool = interpreterId("tool-AAAAAAAAAA");
const createdAt = "2026-11-20T12:00:00.000Z";

const sessionsOf = async (body: unknown) => {
  const { endpoint } = await tinyService(() => ({ status: 200, body }));
  return readerAt(endpoint).reader.listReadySessions(region, tool, signal);
};
const interpretersOf = async (system: readonly unknown[], custom: readonly unknown[] = []) => {
  const { endpoint } = await tinyService((attempt) => ({
    status: 200,
    body: { codeInterpreterSummaries: attempt.query.get("type") === "SYSTEM" ? system : custom },
  }));
  return readerAt(endpoint).reader.listInterpreters(region, signal);
};

describe("a listing of sessions", () => {
  it.each([
    ["no body at all", ""],
    ["no items", {}],
    ["items that are null", { items: null }],
  ])("with %s is a problem, not emptiness", async (_, body) => {
    expect(await sessionsOf(body)).toMatchObject({ items: [], complete: false, problems: [{ code: "BadAnswer" }] });
  });

  it("with an empty list is empty", async () => {
    expect(await sessionsOf({ items: [] })).toEqual({ items: [], problems: [], complete: true });
  });

  it("sets aside what has no id or no creation, and keeps the rest", async () => {
    const items = [
      { sessionId: "a", status: "READY", createdAt },
      { status: "READY", createdAt },
      { sessionId: "c", status: "READY" },
      { sessionId: "d", createdAt },
    ];
    const listing = await sessionsOf({ items });
    expect(listing.items.map((item) => [item.id, item.status])).toEqual([
      ["a", "READY"],
      ["d", "READY"],
    ]);
    expect(listing.complete).toBe(false);
    expect(listing.problems.map((problem) => problem.code)).toEqual(["BadAnswer", "BadAnswer"]);
    expect(listing.problems[1]?.message).toContain("session c without createdAt");
  });

  it("drops terminated sessions that come although live ones were asked for, and keeps an unknown status", async () => {
    const items = ["READY", "TERMINATED", "HIBERNATING"].map((status) => ({ sessionId: status, status, createdAt }));
    const listing = await sessionsOf({ items });
    expect(listing).toMatchObject({ complete: true, items: [{ id: "READY" }, { id: "HIBERNATING" }] });
  });

  it.each([
    ["a time that is a number", { items: [{ sessionId: "a", status: "READY", createdAt: 1_795_000_000 }] }],
    ["a page of HTML", "<html>hello</html>"],
    ["a cut answer", '{"items":[{"sess'],
  ])("with %s is a bad answer", async (_, body) => {
    expect(await sessionsOf(body)).toMatchObject({ items: [], complete: false, problems: [{ code: "BadAnswer" }] });
  });
});

describe("a look-up", () => {
  it("takes a timeout that is no whole number for unknown", async () => {
    for (const [sessionTimeoutSeconds, timeoutSeconds] of [
      [900, 900],
      [0, null],
      [1.5, null],
      [null, null],
    ]) {
      const { endpoint } = await tinyService(() => ({ status: 200, body: { status: "READY", sessionTimeoutSeconds } }));
      const lookup = await readerAt(endpoint).reader.getSession(region, tool, sessionId("s"), signal);
      expect(lookup).toMatchObject({ kind: "found", value: { status: "READY", timeoutSeconds } });
    }
  });
});

describe("a listing of interpreters", () => {
  const system = { codeInterpreterId: "aws.codeinterpreter.v1", status: "READY", createdAt };

  it("gives each its kind", async () => {
    const listing = await interpretersOf([system], [{ codeInterpreterId: tool, status: "DELETING" }]);
    expect(listing).toMatchObject({
      complete: true,
      items: [
        { id: "aws.codeinterpreter.v1", kind: "SYSTEM", name: null },
        { id: tool, kind: "CUSTOM", status: "DELETING", createdAt: null },
      ],
    });
  });

  it("without a SYSTEM interpreter is no proof that nothing runs there", async () => {
    expect(await interpretersOf([])).toMatchObject({
      items: [],
      complete: false,
      problems: [{ code: "NoSystemInterpreter" }],
    });
  });
});
