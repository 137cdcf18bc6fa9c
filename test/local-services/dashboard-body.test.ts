import { describe, expect, it } from "vitest";
import { bodyProblems } from "../../local/services/cloudwatch/dashboard-body.ts";
import { bodyOf, metric, text } from "./dashboard-fixtures.ts";

describe("A dashboard's body", () => {
  const widgets = (count: number) => bodyOf(...Array.from({ length: count }, () => text()));
  const variables = (count: number) =>
    JSON.stringify({ widgets: [], variables: Array.from({ length: count }, () => ({ type: "property" })) });
  const dimensioned = (count: number) => ["S", "m", ...Array.from({ length: count }, (_, n) => [`d${n}`, "v"]).flat()];
  const expression = { expression: "m1 / m2", id: "e1", label: "ratio" };

  it.each<[string, string]>([
    ["no widgets", bodyOf()],
    ["500 widgets", widgets(500)],
    ["x and width up to the last column", bodyOf(text({ x: 18, y: 0, width: 6 }))],
    ["a widget of one by one", bodyOf(text({ x: 23, y: 0, width: 1, height: 1 }))],
    ["a height of 1000", bodyOf(text({ height: 1000 }))],
    [
      "a time range",
      JSON.stringify({
        widgets: [],
        start: "-PT6H",
        end: "2026-11-20T12:00:00Z",
        periodOverride: "inherit",
      }),
    ],
    [
      "dimensions and a renderer",
      bodyOf(
        metric({ metrics: [["S", "m", "Region", "us-east-1", { stat: "p99", color: "#ff0000", yAxis: "right" }]] }),
      ),
    ],
    [
      "fields repeated from above",
      bodyOf(
        metric({
          metrics: [
            ["S", "m", "Region", "a"],
            [".", "n", ".", "."],
            ["...", "b"],
            [".", ".", ".", "c", { id: "m1" }],
          ],
        }),
      ),
    ],
    [
      "an expression",
      bodyOf(metric({ metrics: [[expression], ["S", "m", { id: "m1", visible: false }], ["S", "n", { id: "m2" }]] })),
    ],
    [
      "a search",
      bodyOf(
        metric({ metrics: [[{ expression: "SEARCH('{Sandmeter,Region} MetricName=\"Sessions\"', 'Maximum', 60)" }]] }),
      ),
    ],
    [
      "lines and bands",
      bodyOf(
        metric({
          annotations: {
            horizontal: [{ value: 80, label: "warning", color: "#ff9900" }, [{ value: 1 }, { value: 2 }]],
            vertical: [{ value: "2026-11-20T12:00:00.000Z" }],
          },
        }),
      ),
    ],
    [
      "an alarm in place of metrics",
      bodyOf(
        metric({ metrics: undefined, annotations: { alarms: ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:a"] } }),
      ),
    ],
    ["a gauge with its range", bodyOf(metric({ view: "gauge", yAxis: { left: { min: 0, max: 100 } } }))],
    [
      "logs",
      bodyOf({ type: "log", properties: { query: "SOURCE 'x' | limit 1", region: "us-east-1", view: "table" } }),
    ],
    ["30 dimensions", bodyOf(metric({ metrics: [dimensioned(30)] }))],
    ["500 metrics", bodyOf(metric({ metrics: Array.from({ length: 500 }, () => ["S", "m"]) }))],
    ["25 variables", variables(25)],
  ])("may have %s", (_, body) => {
    expect(bodyProblems(body).errors).toEqual([]);
  });

  it.each<[string, string, string]>([
    ["no JSON", "{", ""],
    ["a list", "[]", ""],
    ["no widgets member", "{}", ""],
    ["501 widgets", widgets(501), "/widgets"],
    ["an unknown type", bodyOf({ ...text(), type: "graph" }), "/widgets/0/type"],
    ["no properties", bodyOf({ type: "text" }), "/widgets/0"],
    ["x of 24", bodyOf(text({ x: 24, y: 0 })), "/widgets/0/x"],
    ["x of -1", bodyOf(text({ x: -1, y: 0 })), "/widgets/0/x"],
    ["a negative y", bodyOf(text({ x: 0, y: -1 })), "/widgets/0/y"],
    ["half a pixel", bodyOf(text({ x: 0.5, y: 0 })), "/widgets/0/x"],
    ["x without y", bodyOf(text({ x: 0 })), "/widgets/0"],
    ["a width of 0", bodyOf(text({ width: 0 })), "/widgets/0/width"],
    ["a width of 25", bodyOf(text({ width: 25 })), "/widgets/0/width"],
    ["a widget beyond the last column", bodyOf(text({ x: 19, y: 0, width: 6 })), "/widgets/0"],
    ["a height of 0", bodyOf(text({ height: 0 })), "/widgets/0/height"],
    ["a height of 1001", bodyOf(text({ height: 1001 })), "/widgets/0/height"],
    ["a text widget without text", bodyOf({ type: "text", properties: {} }), "/widgets/0/properties"],
    ["no Region", bodyOf(metric({ region: undefined })), "/widgets/0/properties"],
    ["a Region that is none", bodyOf(metric({ region: "everywhere" })), "/widgets/0/properties/region"],
    ["neither metrics nor alarms", bodyOf(metric({ metrics: undefined })), "/widgets/0/properties"],
    ["an unknown view", bodyOf(metric({ view: "lines" })), "/widgets/0/properties/view"],
    ["a gauge without range", bodyOf(metric({ view: "gauge" })), "/widgets/0/properties/yAxis"],
    ["an unknown statistic", bodyOf(metric({ stat: "Mean" })), "/widgets/0/properties/stat"],
    ["a period of 90 s", bodyOf(metric({ period: 90 })), "/widgets/0/properties/period"],
    [
      "an axis without number",
      bodyOf(metric({ yAxis: { left: { min: "0" } } })),
      "/widgets/0/properties/yAxis/left/min",
    ],
    ["metrics that are no lists", bodyOf(metric({ metrics: ["S", "m"] })), "/widgets/0/properties/metrics/0"],
    ["a metric of one field", bodyOf(metric({ metrics: [["S"]] })), "/widgets/0/properties/metrics/0"],
    [
      "a dimension without value",
      bodyOf(metric({ metrics: [["S", "m", "Region"]] })),
      "/widgets/0/properties/metrics/0",
    ],
    ["a dot with nothing above", bodyOf(metric({ metrics: [[".", "m"]] })), "/widgets/0/properties/metrics/0"],
    ["dots with nothing above", bodyOf(metric({ metrics: [["...", "m"]] })), "/widgets/0/properties/metrics/0"],
    [
      "dimensions as a renderer",
      bodyOf(metric({ metrics: [["S", "m", { Region: "us-east-1" }]] })),
      "/widgets/0/properties/metrics/0",
    ],
    [
      "an expression that cannot be read",
      bodyOf(metric({ metrics: [[{ expression: "m1 +" }]] })),
      "/widgets/0/properties/metrics/0/0/expression",
    ],
    [
      "the same id twice",
      bodyOf(
        metric({
          metrics: [
            ["S", "m", { id: "a" }],
            ["S", "n", { id: "a" }],
          ],
        }),
      ),
      "/widgets/0/properties/metrics",
    ],
    [
      "a color by name",
      bodyOf(metric({ metrics: [["S", "m", { color: "red" }]] })),
      "/widgets/0/properties/metrics/0/2/color",
    ],
    [
      "a line without value",
      bodyOf(metric({ annotations: { horizontal: [{ label: "x" }] } })),
      "/widgets/0/properties/annotations/horizontal/0",
    ],
    ["a relative time without length", JSON.stringify({ widgets: [], start: "-P" }), "/start"],
    [
      "the same dimension twice",
      bodyOf(metric({ metrics: [["S", "m", "R", "a", "R", "b"]] })),
      "/widgets/0/properties/metrics/0",
    ],
    ["31 dimensions", bodyOf(metric({ metrics: [dimensioned(31)] })), "/widgets/0/properties/metrics/0"],
    [
      "501 metrics",
      bodyOf(metric({ metrics: Array.from({ length: 501 }, () => ["S", "m"]) })),
      "/widgets/0/properties/metrics",
    ],
    [
      "an expression beside fields",
      bodyOf(metric({ metrics: [["S", "m", expression]] })),
      "/widgets/0/properties/metrics/0",
    ],
    ["26 variables", variables(26), "/variables"],
  ])("may not have %s", (_, body, path) => {
    const { errors } = bodyProblems(body);
    expect(errors.map((error) => error.DataPath)).toContain(path);
  });
});
