import { describe, expect, it } from "vitest";
import type { CallEvidence } from "../../core/cleanup/evidence/evidence.ts";
import { evidenceTold, minute, minutesTo, span, usual } from "./told-metrics.ts";

const known = async (...input: Parameters<typeof evidenceTold>): Promise<CallEvidence> => {
  const evidence = await evidenceTold(...input);
  if (evidence.kind === "unknown") throw new Error(evidence.message);
  return evidence;
};
const codeOf = async (...input: Parameters<typeof evidenceTold>): Promise<string> => {
  const evidence = await evidenceTold(...input);
  return evidence.kind === "unknown" ? evidence.code : "known";
};

describe("calls of an interpreter, from a CloudWatch that answers as told", () => {
  it.each([
    ["start", span(15, 120), 115, span(60, 76)],
    ["completion", span(0, 120), 100, span(45, 61)],
    ["unknown", span(15, 120), 100, span(45, 76)],
  ] as const)("reach as far as a call can have lasted, with stamp %s", async (stamp, window, until, inFlight) => {
    const evidence = await known({ calls: { InvokeCodeInterpreter: { 60: 2 } } }, { stamp });
    expect(evidence).toMatchObject({ of: "interpreter", asOf: minute(120), window, inFlightUntil: minute(until) });
    expect(evidence.maybeInFlight).toEqual([inFlight]);
  });

  it("are complete up to where the Region's control series has data, and five minutes ago at the latest", async () => {
    expect((await known({ control: minutesTo(118) })).inFlightUntil).toBe(minute(115));
    expect((await known({ control: minutesTo(112) })).inFlightUntil).toBe(minute(112));
  });

  it.each([
    [105, "known"],
    [104, "data-late"],
    [0, "no-control-series"],
  ])("are %#: with the control series up to minute %i %s", async (until, code) => {
    expect(await codeOf({ control: minutesTo(until) })).toBe(code);
  });

  it("may have been in any minute that the control series lacks", async () => {
    const control = minutesTo(118).filter((at) => at !== 60);
    expect((await known({ control })).maybeInFlight).toContainEqual(span(60, 76));
    expect((await known({ ...usual, control: minutesTo(118) })).maybeInFlight).toEqual([span(3, 19)]);
  });

  it("are kept where they are recorded though data are not complete there, and after now", async () => {
    const calls = { InvokeCodeInterpreter: { 117: 1, 150: 1 } };
    expect((await known({ calls })).maybeInFlight).toEqual([span(117, 133), span(150, 166)]);
  });

  it("are counted from the minute in which the window begins on", async () => {
    const calls = { InvokeCodeInterpreter: { 29: 1, 30: 1 } };
    const evidence = await known({ calls }, { window: { from: minute(30.5), until: minute(120.5) }, now: 120.5 });
    expect(evidence.maybeInFlight).toEqual([span(30, 46)]);
    expect(evidence.window).toEqual(span(45, 120));
  });

  it("are unknown where the series was never listed, whatever others are", async () => {
    expect(await codeOf({ calls: {} })).toBe("never-called");
    const lookUps = { 60: 9 };
    expect(
      await codeOf({ calls: { StartCodeInterpreterSession: lookUps, ListCodeInterpreterSessions: lookUps } }),
    ).toBe("never-called");
    expect(await codeOf({ calls: { RunCodeFaster: lookUps } })).toBe("never-called");
    expect(await codeOf({ calls: { "": lookUps } })).toBe("never-called");
  });

  it("are none of looking, starting and stopping, and any of an operation that nobody knows yet", async () => {
    const idle = { InvokeCodeInterpreter: { 3: 1 } };
    const others = [
      ...["StartCodeInterpreterSession", "StopCodeInterpreterSession", "GetCodeInterpreterSession"],
      ...["ListCodeInterpreterSessions", "GetCodeInterpreter", "CodeInterpreterSession", ""],
    ];
    const looked = Object.fromEntries(others.map((operation) => [operation, { 60: 5 }]));
    expect((await known({ calls: { ...looked, ...idle } })).maybeInFlight).toEqual([span(3, 19)]);
    expect((await known({ calls: { RunCodeFaster: { 60: 1 }, ...idle } })).maybeInFlight).toContainEqual(span(60, 76));
  });

  it("are zero where a datapoint says zero, and unknown where it says no count", async () => {
    const calls = { InvokeCodeInterpreter: { 3: 1, 60: 0, 80: -1 } };
    expect((await known({ calls })).maybeInFlight).toEqual([span(3, 19), span(80, 96)]);
  });

  it("are unknown where CloudWatch has data of an hour after now", async () => {
    expect(await codeOf({ control: minutesTo(179) })).toBe("known");
    expect(await codeOf({ control: minutesTo(180) })).toBe("failed");
  });

  it("are late where the clock here runs ahead", async () => {
    expect(await codeOf({}, { now: 133 })).toBe("known");
    expect(await codeOf({}, { now: 134 })).toBe("data-late");
  });
});

describe("a CloudWatch that does not answer as it should", () => {
  const results = (body: object) => (body as { MetricDataResults: readonly { Id: string }[] }).MetricDataResults;

  it.each(["PartialData", "InternalError", "Forbidden"])(
    "leaves calls unknown with the status %s",
    async (StatusCode) => {
      const change: NonNullable<Parameters<typeof evidenceTold>[1]>["change"] = (operation, answer) =>
        operation === "ListMetrics"
          ? answer
          : {
              body: { MetricDataResults: results(answer.body).map((each) => ({ ...each, StatusCode })), Messages: [] },
            };
      expect(await codeOf({}, { change })).toBe("failed");
    },
  );

  it("leaves calls unknown where one of the results never comes", async () => {
    for (const missing of ["q0", "q1"]) {
      expect(
        await codeOf(
          {},
          {
            change: (operation, answer) =>
              operation === "ListMetrics"
                ? answer
                : { body: { MetricDataResults: results(answer.body).filter(({ Id }) => Id !== missing) } },
          },
        ),
      ).toBe("failed");
    }
  });

  it("leaves calls unknown where a message says that something is missing", async () => {
    const evidence = await evidenceTold(
      {},
      {
        change: (operation, answer) =>
          operation === "ListMetrics"
            ? answer
            : {
                body: { ...answer.body, Messages: [{ Code: "ArithmeticError", Value: "some data could not be read" }] },
              },
      },
    );
    expect(evidence).toMatchObject({ kind: "unknown", code: "failed" });
    expect(evidence.kind === "unknown" && evidence.message).toContain("some data could not be read");
  });

  it("is read over pages, the first of which is partial", async () => {
    const calls = { InvokeCodeInterpreter: { 60: 1, 90: 1 } };
    const evidence = await known(
      { calls },
      {
        change: (operation, answer, { NextToken }) => {
          if (operation === "ListMetrics") return answer;
          const part = (results(answer.body) as readonly { Id: string; Timestamps: number[]; Values: number[] }[]).map(
            (each) => {
              const take = (values: number[]) =>
                NextToken === undefined ? values.slice(0, values.length / 2) : values.slice(values.length / 2);
              const StatusCode = NextToken === undefined ? "PartialData" : "Complete";
              return { ...each, StatusCode, Timestamps: take(each.Timestamps), Values: take(each.Values) };
            },
          );
          return { body: { MetricDataResults: part, ...(NextToken === undefined ? { NextToken: "next" } : {}) } };
        },
      },
    );
    expect(evidence.maybeInFlight).toEqual([span(60, 76), span(90, 106)]);
    expect(evidence.inFlightUntil).toBe(minute(115));
  });

  it.each(["ListMetrics", "GetMetricData"])(
    "leaves calls unknown where %s gives the same token again",
    async (which) => {
      let asked = 0;
      const evidence = await evidenceTold(
        {},
        {
          change: (operation, answer) => {
            if (operation !== which) return answer;
            asked += 1;
            return { body: { ...answer.body, NextToken: "again" } };
          },
        },
      );
      expect(evidence).toMatchObject({ kind: "unknown", code: "failed" });
      expect(asked).toBeLessThan(5);
    },
  );
});
