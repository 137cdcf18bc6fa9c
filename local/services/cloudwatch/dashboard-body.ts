import {
  among,
  type Check,
  type DashboardProblem,
  flag,
  isObject,
  listOf,
  object,
  problem,
  text,
  unknownMembers,
  whole,
} from "./dashboard-check.ts";
import { metricWidget } from "./dashboard-metric-widget.ts";
import { accountId, region } from "./dashboard-metrics.ts";

const COLUMNS = 24;
const MAX_WIDGETS = 500;
const MAX_VARIABLES = 25;

/**
 * Checks a dashboard body against "Dashboard Body Structure and Syntax" of the API reference, read 2026-11. Errors refuse
 * it; warnings come with a dashboard that is put (unknown members, which CloudWatch ignores).
 */
export function bodyProblems(body: string): {
  readonly errors: readonly DashboardProblem[];
  readonly warnings: readonly DashboardProblem[];
} {
  const value = parsed(body);
  if (value === undefined)
    return { errors: problem("", "The field DashboardBody must be a valid JSON object"), warnings: [] };
  const errors = dashboard(value, "");
  return { errors, warnings: errors.length > 0 ? [] : warningsOf(value) };
}

const textWidget = object({ markdown: text }, { background: among("solid", "transparent") });
const logWidget = object(
  { query: text, region },
  {
    accountId,
    title: text,
    view: among("table", "timeSeries", "bar", "pie", "logs", "patterns"),
    stacked: flag,
    queryLanguage: among("CWLI", "SQL", "PPL"),
  },
);
const alarmWidget = object(
  { alarms: listOf(text, 1, 100) },
  {
    title: text,
    sortBy: among("default", "stateUpdatedTimestamp", "timestamp"),
    states: listOf(among("ALARM", "OK", "INSUFFICIENT_DATA"), 0, 3),
  },
);

/** The last three kinds exist, and are not looked into: nothing here draws them. */
const PROPERTIES: Readonly<Record<string, Check>> = {
  metric: metricWidget,
  text: textWidget,
  log: logWidget,
  alarm: alarmWidget,
  explorer: object({}),
  custom: object({}),
  chart: object({}),
};

const frame = object(
  { type: among(...Object.keys(PROPERTIES)), properties: object({}) },
  { x: whole(0, COLUMNS - 1), y: whole(0), width: whole(1, COLUMNS), height: whole(1, 1000) },
);

const widget: Check = (value, path) => {
  const found = frame(value, path);
  if (found.length > 0 || !isObject(value)) return found;
  const { x, y, width, type, properties } = value;
  if ((x === undefined) !== (y === undefined)) {
    return problem(path, "Should have both of the properties 'x' and 'y', or none");
  }
  // The grid ends there; what AWS says of a widget that does not is not known.
  if (typeof x === "number" && x + (typeof width === "number" ? width : 6) > COLUMNS) {
    return problem(path, `Should end within the ${COLUMNS} columns: x plus width is too large`);
  }
  return PROPERTIES[String(type)]?.(properties, `${path}/properties`) ?? [];
};

const time: Check = (value, path) =>
  typeof value === "string" && (/^-P(?=.)(?:\d+[MWD])?(?:T\d+[HMS])?$/.test(value) || !Number.isNaN(Date.parse(value)))
    ? []
    : problem(path, "Should be a relative time such as -PT6H, or an ISO 8601 time");

const dashboard = object(
  { widgets: listOf(widget, 0, MAX_WIDGETS) },
  {
    start: time,
    end: time,
    periodOverride: among("auto", "inherit"),
    variables: listOf(object({ type: among("property", "pattern") }), 0, MAX_VARIABLES),
  },
);

function warningsOf(value: unknown): DashboardProblem[] {
  const { widgets } = isObject(value) ? value : {};
  if (!Array.isArray(widgets)) return [];
  return [
    ...unknownMembers(value, ["widgets", "start", "end", "periodOverride", "variables"], ""),
    ...widgets.flatMap((each: unknown, index) =>
      unknownMembers(each, ["type", "x", "y", "width", "height", "properties"], `/widgets/${index}`),
    ),
  ];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
