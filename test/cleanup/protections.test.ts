import { describe, expect, it } from "vitest";
import { lapsingProtections, protectionOf } from "../../core/cleanup/policy/protections.ts";
import { sessionId } from "../../core/kernel/ids.ts";
import { everySession, minute, minutes, protection, session } from "./facts.ts";

const now = minute(60);
const until = (n: number | null) => protection({ until: n === null ? null : minute(n), why: `until ${n}` });
const why = (...list: ReturnType<typeof until>[]) => protectionOf(list, session(), now)?.why ?? null;

describe("the protection of a session", () => {
  it.each([
    [60.001, "until 60.001"],
    [60, null],
    [59, null],
    [null, "until null"],
  ])("until minute %s is in force in minute 60: %s", (n, expected) => {
    expect(why(until(n))).toBe(expected);
  });

  it("is the one that lasts longest", () => {
    expect(why(until(70), until(90), until(80), until(50))).toBe("until 90");
    expect(why(until(70), until(null), until(80))).toBe("until null");
  });

  it("is the administrator's before all others, wherever it stands", () => {
    const never = protection({ source: "bounds", until: null, why: "never" });
    for (const list of [
      [never, until(null)],
      [until(null), never],
      [until(90), never, until(null)],
    ]) {
      expect(why(...list)).toBe("never");
    }
  });

  it("is none of another session", () => {
    const other = protection({ match: { ...everySession, session: sessionId("01OTHER") } });
    expect(protectionOf([other], session(), now)).toBeNull();
  });
});

describe("protections about to lapse", () => {
  it.each([
    [60, 0],
    [60.001, 1],
    [89.999, 1],
    [90, 1],
    [90.001, 0],
  ])("until minute %f, half an hour before: %i", (n, count) => {
    expect(lapsingProtections([until(n)], now, minutes(30))).toHaveLength(count);
  });

  it("come first to lapse first, without those that never do", () => {
    const list = lapsingProtections([until(80), until(null), until(70)], now, minutes(30));
    expect(list.map((item) => item.why)).toEqual(["until 70", "until 80"]);
  });
});
