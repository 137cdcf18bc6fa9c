import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { readRegrets, rememberRegrets, type StoredRegret } from "../../core/jobs/sweep/regret/stored-regrets.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { keptStopMs } from "../../core/ports/stops.ts";
import { here, minutes, there } from "../stop-records/records.ts";

const span = (from: number, until: number) => ({ from: minutes(from), until: minutes(until) });
const regret = (id: string, at: number): StoredRegret => ({ id, how: "called", intendedAt: minutes(at) });
const now = minutes(100);

describe("what was regretted", () => {
  it.each([
    ["times that touch become one", [span(0, 10), span(10, 20)], [span(0, 20)]],
    ["times with nobody looking between them stay apart", [span(0, 10), span(11, 20)], [span(0, 10), span(11, 20)]],
    ["a time within another adds nothing", [span(0, 30), span(10, 20)], [span(0, 30)]],
    ["an earlier time comes first", [span(10, 20), span(0, 5)], [span(0, 5), span(10, 20)]],
    ["no time at all is none", [span(0, 0), span(5, 4)], []],
  ])("%s", async (_, spans, expected) => {
    const documents = memoryDocuments();
    for (const judged of spans) await rememberRegrets(documents, here, { judged, regrets: [] }, now);
    expect((await readRegrets(documents, here)).judged).toEqual(expected);
  });

  it("stays regretted, once, of its own target, for as long as the stops are kept", async () => {
    const documents = memoryDocuments();
    const add = (regrets: readonly StoredRegret[], at = now) =>
      rememberRegrets(documents, here, { judged: span(0, 60), regrets }, at);
    await add([regret("a", 1)]);
    await add([regret("a", 1), regret("b", 2)]);
    await add([]);
    expect((await readRegrets(documents, here)).regrets).toEqual([regret("a", 1), regret("b", 2)]);
    expect(await readRegrets(documents, there)).toEqual({ judged: [], regrets: [] });
    await add([], plusMs(minutes(2), keptStopMs));
    expect((await readRegrets(documents, here)).regrets).toEqual([regret("b", 2)]);
  });

  it("is not written again where all of it is known", async () => {
    const documents = memoryDocuments();
    await rememberRegrets(documents, here, { judged: span(0, 60), regrets: [regret("a", 1)] }, now);
    const write = () => Promise.reject(new Error("it was written"));
    await rememberRegrets({ ...documents, write }, here, { judged: span(5, 60), regrets: [] }, now);
    await expect(
      rememberRegrets({ ...documents, write }, here, { judged: span(5, 61), regrets: [] }, now),
    ).rejects.toThrow("it was written");
  });

  it("is not nothing where it is damaged", async () => {
    const documents = memoryDocuments();
    await documents.write(`cleanup/regrets/${here.account}/${here.region}`, { revision: 0, text: "{}" });
    await expect(readRegrets(documents, here)).rejects.toMatchObject({ code: "corrupt" });
  });
});
