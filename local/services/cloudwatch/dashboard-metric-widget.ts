import { among, type Check, flag, isObject, like, listOf, numeric, object, problem, text } from "./dashboard-check.ts";
import { accountId, color, metrics, period, region, stat } from "./dashboard-metrics.ts";

/** The properties of a metric widget, and the rules that hold between them. */
export const metricWidget: Check = (value, path) => {
  const found = properties(value, path);
  if (found.length > 0 || !isObject(value)) return found;
  const { annotations: notes, metrics: drawn, view, yAxis } = value;
  if (drawn === undefined && !(isObject(notes) && "alarms" in notes)) {
    return problem(path, "Should have required property 'metrics'");
  }
  if (view === "gauge" && !hasRange(yAxis)) {
    return problem(`${path}/yAxis`, "Should have 'min' and 'max' on the left for a gauge");
  }
  return [];
};

const axis = object({}, { label: text, min: numeric, max: numeric, showUnits: flag });
const mark = { label: text, color, visible: flag };
const horizontalMark = object(
  { value: numeric },
  { ...mark, fill: among("above", "below", "none"), yAxis: among("left", "right") },
);
const verticalTime = like(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/, "an ISO 8601 time");
const verticalMark = object({ value: verticalTime }, { ...mark, fill: among("before", "after", "none") });

/** A mark, or a band between two of them. */
const markOrBand =
  (single: Check): Check =>
  (value, path) =>
    Array.isArray(value) ? listOf(single, 2, 2)(value, path) : single(value, path);

const annotations = object(
  {},
  {
    // An alarm's widget shows one alarm.
    alarms: listOf(like(/^arn:aws[\w-]*:cloudwatch:/, "an alarm's ARN"), 1, 1),
    horizontal: listOf(markOrBand(horizontalMark)),
    vertical: listOf(markOrBand(verticalMark)),
  },
);

const properties = object(
  { region },
  {
    accountId,
    annotations,
    liveData: flag,
    legend: object({}, { position: among("right", "bottom", "hidden") }),
    metrics,
    period,
    setPeriodToTimeRange: flag,
    singleValueFullPrecision: flag,
    sparkline: flag,
    stacked: flag,
    stat,
    table: object({}),
    timezone: like(/^[+-]\d{4}$/, "an offset such as +0130"),
    title: text,
    trend: flag,
    view: among("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
    yAxis: object({}, { left: axis, right: axis }),
  },
);

function hasRange(yAxis: unknown): boolean {
  const { left } = isObject(yAxis) ? yAxis : {};
  const { min, max } = isObject(left) ? left : {};
  return typeof min === "number" && typeof max === "number";
}
