import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { Span, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { type AftermathPorts, aftermathPass } from "../../core/jobs/sweep/regret/aftermath-pass.ts";
import { rememberRules } from "../../core/jobs/sweep/stored/stored-rules.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import type { StopRecord, StopRecords } from "../../core/ports/stops.ts";
import { storedStopOf } from "../../core/ports/stored-stop.ts";
import { done, here, intended, minutes, there } from "../stop-records/records.ts";
import { inputOf, policy } from "../sweep/sweep-world.ts";

const never = new AbortController().signal;
const missing: Unknown = { kind: "unknown", code: "failed", message: "The log group cannot be read." };

/** Stops at noon, each by a horizon of twenty minutes before; `busyAt` says when sessions worked. */
async function world(stops: readonly StopRecord[], busyAt: Readonly<Record<string, Instant>> = {}) {
  const records = memoryStopRecords();
  const documents = memoryDocuments();
  await rememberRules(documents, inputOf({}, { policies: [policy({ id: "usual", hash: "abc" })] }), minutes(-100));
  for (const stop of stops) await records.put({ ...stop, revision: 0 });
  const asked: string[] = [];
  const callsAsked: Span[] = [];
  const usageOf = (session: string, { from, until }: Span) => {
    const rows = [];
    for (let at = from; at < until; at = plusMs(at, 1000)) {
      const isBusy = busyAt[session] !== undefined && Math.abs(busyAt[session] - at) < 500;
      rows.push({ at, elapsedSeconds: 1, vcpuHours: (isBusy ? 0.5 : 0.001) / 3600, gbHours: 0.1 / 3600 });
    }
    return { kind: "known", rows: usageColumnsOf(rows) } as const;
  };
  const ports: AftermathPorts = {
    records,
    documents,
    readInterpreterCalls: async (_target, interpreters, window, _stamp, now) => {
      callsAsked.push(window);
      return new Map(
        interpreters.map(({ id }) => [
          id,
          { kind: "known", asOf: now, of: "interpreter", window, inFlightUntil: window.until, maybeInFlight: [] },
        ]),
      );
    },
    readSessionCalls: async () => new Map(),
    readStoppedUsage: async (_target, _interpreter, sessions) => {
      asked.push(...sessions.map(({ session }) => session));
      return new Map(sessions.map(({ session, window }) => [session, usageOf(session, window)]));
    },
  };
  const pass = (at: Instant, over: Partial<AftermathPorts> = {}) =>
    aftermathPass({ ...ports, ...over }, at, "start", [here, there], never);
  const verdicts = async () =>
    (await records.between(here, minutes(-9999), minutes(9999))).map(({ key, aftermath }) => [
      key.session,
      aftermath?.verdict ?? null,
    ]);
  return { ...ports, records, documents, pass, asked, callsAsked, verdicts };
}
const stopped = (session: string, at = 0, change: Partial<StopRecord> = {}): StopRecord =>
  done(intended(session, at, change), "stopped");

describe("what came to light after stops", () => {
  it("is looked at once, when all records are surely there, and is not known before", async () => {
    const { pass, asked, callsAsked, verdicts } = await world([stopped("idle"), stopped("woke")], {
      woke: minutes(-7),
    });
    expect(await pass(plusMs(minutes(75), -1))).toMatchObject({ races: 0, wrong: 0, unknown: 2 });
    expect([asked, callsAsked]).toEqual([[], []]);
    expect(await pass(minutes(75))).toMatchObject({ races: 1, wrong: 0, unknown: 0, wrongStops: [], problems: [] });
    expect(await verdicts()).toEqual([
      ["idle", "clean"],
      ["woke", "race"],
    ]);
    for (const at of [80, 120, 600]) expect(await pass(minutes(at))).toMatchObject({ races: 1, unknown: 0 });
    expect(asked).toEqual(["idle", "woke"]);
    expect(callsAsked).toHaveLength(1);
  });

  it("is shouted where a session was stopped that worked before its horizon", async () => {
    const { pass } = await world([stopped("worked")], { worked: minutes(-25) });
    const found = await pass(minutes(80));
    expect(found).toMatchObject({ races: 0, wrong: 1, unknown: 0, wrongStops: [{ key: { session: "worked" } }] });
    expect(found.problems).toEqual([
      {
        code: "WrongStop",
        message: expect.stringMatching(
          /^Session worked of .* by policy usual and must not have been\. It worked at 2026-11-20T11:35/,
        ),
      },
    ]);
    // It goes on to be counted, and is told anew by nobody but who judges regret.
    expect(await pass(minutes(90))).toMatchObject({ wrong: 1, wrongStops: [{}], problems: [] });
  });

  it("is looked at once more where something was missing, and then stays unknown", async () => {
    const { pass, verdicts } = await world([stopped("dark")]);
    let looks = 0;
    const readStoppedUsage: AftermathPorts["readStoppedUsage"] = async (_target, _interpreter, sessions) => {
      looks += 1;
      return new Map(sessions.map(({ session }) => [session, missing]));
    };
    for (const at of [75, 80, 119]) expect(await pass(minutes(at), { readStoppedUsage })).toMatchObject({ unknown: 1 });
    expect(looks).toBe(1);
    for (const at of [120, 125, 500])
      expect(await pass(minutes(at), { readStoppedUsage })).toMatchObject({ unknown: 1 });
    expect(looks).toBe(2);
    expect(await verdicts()).toEqual([["dark", "unknown"]]);
    const late = await world([stopped("late")]);
    await late.pass(minutes(75), { readStoppedUsage });
    expect(await late.pass(minutes(120))).toMatchObject({ unknown: 0, races: 0 });
    expect(await late.verdicts()).toEqual([["late", "clean"]]);
  });

  it("is not known of a policy whose rules this state does not keep", async () => {
    const stop = stopped("a");
    const { pass, asked, verdicts } = await world([
      { ...stop, entry: { ...stop.entry, policy: { id: "usual", hash: "other" } } },
    ]);
    expect(await pass(minutes(80))).toMatchObject({ unknown: 1 });
    expect([asked, await verdicts()]).toEqual([[], [["a", "unknown"]]]);
  });

  it("is asked of those alone that the guarantee holds for", async () => {
    const override = { by: "ada", reason: "why", protection: null };
    const busy = stopped("busy");
    const { pass, asked } = await world([
      stopped("hand", 0, { override }),
      { ...busy, entry: { ...busy.entry, decision: { ...busy.entry.decision, reason: "over-age-busy" } } },
      done(intended("gone", 0), "already-gone"),
      done(intended("failed", 0), "failed"),
      intended("open", 0),
    ]);
    expect(await pass(minutes(80))).toMatchObject({ races: 0, wrong: 0, unknown: 0 });
    expect(asked).toEqual([]);
  });

  it("takes a bounded number of looks in a pass, the oldest stops first", async () => {
    const stops = numbered(160);
    const { pass, asked } = await world(stops);
    expect(await pass(minutes(80))).toMatchObject({ unknown: 10 });
    expect(asked).toEqual(stops.slice(0, 150).map(({ key }) => key.session));
    expect(await pass(minutes(81))).toMatchObject({ unknown: 0 });
    expect(asked).toHaveLength(160);
  });

  it("asks for the session's own calls where its interpreter was called at the time", async () => {
    const { pass } = await world([stopped("a"), stopped("b")]);
    const call = { from: minutes(-10), until: minutes(-9) };
    const base = {
      kind: "known",
      window: { from: minutes(-99), until: minutes(99) },
      inFlightUntil: minutes(60),
    } as const;
    const found = await pass(minutes(80), {
      readInterpreterCalls: async (_target, interpreters, _window, _stamp, now) =>
        new Map(interpreters.map(({ id }) => [id, { ...base, asOf: now, of: "interpreter", maybeInFlight: [call] }])),
      readSessionCalls: async (_target, _interpreter, sessions, _window, _stamp, now) =>
        new Map(
          sessions.map((session) => [
            session,
            { ...base, asOf: now, of: "session", maybeInFlight: session === "a" ? [call] : [] },
          ]),
        ),
    });
    expect(found).toMatchObject({ races: 1, wrong: 0, unknown: 0 });
  });

  it("is the first run's of two at once, and a state that fails is told", async () => {
    const { pass, records } = await world([stopped("a")], { a: minutes(-5) });
    const [one, two] = await Promise.all([pass(minutes(80)), pass(minutes(80))]);
    expect([one.races, two.races].toSorted()).toEqual([0, 1]);
    expect(await pass(minutes(81))).toMatchObject({ races: 1 });
    const between = () => Promise.reject(new RegistryError("busy", "It is busy."));
    const failed = await pass(minutes(82), { records: { ...records, between } });
    // Once, of however many targets.
    expect(failed.problems).toEqual([{ code: "StateUnavailable", message: "It is busy." }]);
  });

  it("is kept and shouted of each stop where the state fails for another one", async () => {
    const busyAt = { a: minutes(-25), b: minutes(-25) };
    const { pass, records } = await world([stopped("a"), stopped("b"), stopped("c")], busyAt);
    const put: StopRecords["put"] = async (record) => {
      if (record.key.session !== "b") return await records.put(record);
      throw new RegistryError("busy", "It is busy.");
    };
    const found = await pass(minutes(80), { records: { ...records, put } });
    expect(found).toMatchObject({ races: 0, wrong: 1, unknown: 1, wrongStops: [{ key: { session: "a" } }] });
    expect(found.problems.map(({ code }) => code)).toEqual(["WrongStop", "StateUnavailable"]);
    expect(await pass(minutes(95))).toMatchObject({ wrong: 2, unknown: 0, problems: [{ code: "WrongStop" }] });
  });

  it("goes on to be counted where rules of another policy cannot be read, whose stops wait for theirs", async () => {
    const { pass, documents, verdicts, records } = await world([stopped("a")], { a: minutes(-25) });
    expect(await pass(minutes(80))).toMatchObject({ wrong: 1 });
    for (const session of ["b", "c"]) {
      const stop = stopped(session, 60);
      const entry = { ...stop.entry, policy: { id: "other", hash: "def" } };
      await records.put({ ...stop, entry, revision: 0 });
    }
    await documents.write("cleanup/rules/def", { revision: 0, text: "{" });
    for (const at of [140, 300, 900]) {
      const found = await pass(minutes(at));
      expect(found).toMatchObject({ wrong: 1, unknown: 2, wrongStops: [{ key: { session: "a" } }] });
      expect(found.problems.map(({ code }) => code)).toEqual(["StateUnavailable"]);
    }
    expect(await verdicts()).toEqual([
      ["a", "wrong"],
      ["b", null],
      ["c", null],
    ]);
  });

  it("is no zero where stops of a target cannot be read, and what is found of the others counts", async () => {
    const { pass, records } = await world([stopped("a")], { a: minutes(-25) });
    const between: StopRecords["between"] = async (target, from, until) => {
      if (target !== there) return await records.between(target, from, until);
      throw new RegistryError("busy", "It is busy.");
    };
    expect(await pass(minutes(80), { records: { ...records, between } })).toMatchObject({
      races: null,
      wrong: 1,
      unknown: null,
      wrongStops: [{}],
    });
  });

  it("is never written over a record of which only a part can be read, and what one says of it counts", async () => {
    const { pass, records } = await world([]);
    const kept = { verdict: "wrong", judgedAt: minutes(80), workedAt: minutes(-25), message: "It worked." } as const;
    const inPart = (session: string, change: Partial<StopRecord>): StopRecord => {
      const stop = stopped(session, 0, change);
      const decision = { ...stop.entry.decision, reason: "idle-by-a-newer-rule" };
      const text = JSON.stringify({ ...stop, entry: { ...stop.entry, decision } });
      const { id, revision, state, intendedAt } = stop;
      return storedStopOf(text, { target: here, id, revision, state, intendedAt });
    };
    const newer = [inPart("judged", { aftermath: kept }), inPart("open", {})];
    const put: StopRecords["put"] = () => Promise.reject(new Error("It was written."));
    const between: StopRecords["between"] = async (target) => (target === here ? newer : []);
    for (const at of [80, 130]) {
      const found = await pass(minutes(at), { records: { ...records, between, put } });
      expect(found).toMatchObject({ races: 0, wrong: 1, unknown: 1, wrongStops: [{ key: { session: "judged" } }] });
    }
  });

  it("is kept of those that were looked at before a pass was cut off, and the next pass goes on from there", async () => {
    const { pass, asked, verdicts, readStoppedUsage } = await world(numbered(60));
    let left = 2;
    const cutOff: AftermathPorts["readStoppedUsage"] = async (...question) => {
      if (left === 0) throw new Error("The time is over.");
      left -= 1;
      return await readStoppedUsage(...question);
    };
    await expect(pass(minutes(80), { readStoppedUsage: cutOff })).rejects.toThrow("The time is over.");
    expect((await verdicts()).filter(([, verdict]) => verdict === "clean")).toHaveLength(50);
    expect(await pass(minutes(81))).toMatchObject({ unknown: 0 });
    expect(asked).toHaveLength(60);
  });

  it("shares its looks among all targets, and spends none on stops whose rules cannot be read", async () => {
    const damaged = stopped("damaged", -1);
    const entry = { ...damaged.entry, policy: { id: "other", hash: "def" } };
    const elsewhere = ["x", "y"].map((session) => done(intended(session, 0.005, {}, there), "stopped"));
    const { pass, asked, documents } = await world([{ ...damaged, entry }, ...numbered(160), ...elsewhere]);
    await documents.write("cleanup/rules/def", { revision: 0, text: "{" });
    expect(await pass(minutes(80))).toMatchObject({ unknown: 13 });
    expect(asked).toHaveLength(150);
    expect(asked).toEqual(expect.arrayContaining(["x", "y"]));
  });
});

/** So many stops, one after the other. */
const numbered = (count: number): readonly StopRecord[] =>
  Array.from({ length: count }, (_, n) => stopped(`s${String(n).padStart(3, "0")}`, n / 100));
