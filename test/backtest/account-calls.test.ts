import { describe, expect, it } from "vitest";
import { callsOfTarget } from "../../cli/backtest/account-calls.ts";
import type { Interpreter } from "../../core/inventory/interpreter.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { signal, target } from "../aws/embedded.ts";
import { minute, minutesTo, span, type Told, toldCloudWatch, tool } from "../evidence/told-metrics.ts";

const day = 24 * 60;
const session = sessionId("01LEAK");
const interpreter: Interpreter = { ...tool, name: "tool", kind: "CUSTOM", status: "READY", createdAt: null };

/** What is known of calls of minutes 30 to 100, asked for at a minute, of a session that lived in some of them. */
async function known(told: Partial<Told>, { now = 300, id = tool.id, life = span(40, 90) } = {}) {
  const clients = await toldCloudWatch(told);
  const window = span(30, 100);
  const asked = [interpreter];
  const calls = await callsOfTarget(clients, target("us-east-1"), asked, window, "unknown", minute(now), signal);
  const { kind } = calls.of(id, session, life);
  return { kind, missing: calls.problems().map(({ message }) => message) };
}

describe("calls of the past, as CloudWatch has them", () => {
  it("are those of the interpreter, nothing missing", async () => {
    expect(await known({ control: minutesTo(200) })).toEqual({ kind: "interpreter", missing: [] });
  });

  it("go on being known up to where data end, and whoever lived longer is told of", async () => {
    expect(await known({ control: minutesTo(90) })).toEqual({ kind: "interpreter", missing: [] });
    const { kind, missing } = await known({ control: minutesTo(89) });
    expect({ kind, missing }).toEqual({
      kind: "interpreter",
      missing: [expect.stringContaining("T11:29:00.000Z only")],
    });
  });

  it("are told to be missing where no control series says that there were none", async () => {
    const { kind, missing } = await known({ control: [] });
    expect({ kind, missing }).toEqual({
      kind: "none",
      missing: [expect.stringContaining("ActiveSessionCount in us-east-1 has no datapoint")],
    });
  });

  it("are none of an interpreter that was never called, unless its calls can be too old to be listed", async () => {
    const young = await known({ control: minutesTo(200), calls: {} }, { now: 14 * day });
    expect(young).toEqual({ kind: "none", missing: [] });
    const old = await known({ control: minutesTo(200), calls: {} }, { now: 14 * day + 31 });
    expect(old).toEqual({ kind: "none", missing: [expect.stringContaining("CloudWatch lists no calls")] });
  });

  it("are told to be missing of an interpreter that is not there any more", async () => {
    const { kind, missing } = await known({ control: minutesTo(200) }, { id: interpreterId("gone-abcdefghij") });
    expect({ kind, missing }).toEqual({ kind: "none", missing: [expect.stringContaining("gone-abcdefghij")] });
  });
});
