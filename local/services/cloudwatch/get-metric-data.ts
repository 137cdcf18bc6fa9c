import type { Reply, Request } from "../../service.ts";
import { readToken, writeToken } from "../page-token.ts";
import { invalidNextToken, validationError } from "./errors.ts";
import { evaluate } from "./math-evaluate.ts";
import { ExpressionError } from "./math-parse.ts";
import { type MathScope, type MathValue, seriesIn, type TimeSeries } from "./math-value.ts";
import { checkedQueries, type GetMetricDataInput, MAX_POINTS, type Query } from "./queries.ts";
import type { Reading } from "./reading.ts";
import { slicesOf } from "./series.ts";

/** Where the next page begins: the result, and the last time stamp of it that was given. */
type Position = readonly [result: number, after: number | null];

interface Result {
  readonly id: string;
  readonly label: string;
  /** In the order asked for. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

export function getMetricData({ input, world, place, now }: Request): Reply {
  const { NextToken: token, ...asked } = input as unknown as GetMetricDataInput;
  const queries = checkedQueries(input as unknown as GetMetricDataInput, place.account);
  const position = token === undefined ? ([0, null] as const) : readToken(asked, token, isPosition);
  if (position === null) throw invalidNextToken();
  const ascending = asked.ScanBy === "TimestampAscending";
  const results = evaluated(queries, asked, { world, place, now }).map(({ id, series }) => ({
    id,
    label: series.label,
    points: [...series.points].sort(([a], [b]) => (ascending ? a - b : b - a)),
  }));
  const { page, next } = pageOf(results, position, asked.MaxDatapoints ?? MAX_POINTS, ascending);
  return {
    body: {
      MetricDataResults: page,
      Messages: [],
      ...(next === null ? {} : { NextToken: writeToken(asked, next) }),
    },
  };
}

/**
 * Every result is in every page: complete, cut, or still without points. How CloudWatch spreads the points of many
 * queries over its pages is not said; here one result is given to its end before the next begins.
 */
function pageOf(results: readonly Result[], [first, after]: Position, limit: number, ascending: boolean) {
  let left = limit;
  let next: Position | null = null;
  const page = results.map((result, index) => {
    const rest =
      index < first ? [] : index > first || after === null ? result.points : pointsAfter(result, after, ascending);
    const given = next === null ? rest.slice(0, left) : [];
    const cut = given.length < rest.length;
    if (cut && next === null) next = [index, given.at(-1)?.[0] ?? (index === first ? after : null)];
    left -= given.length;
    return {
      Id: result.id,
      Label: result.label,
      Timestamps: given.map(([at]) => at / 1000),
      Values: given.map(([, value]) => value),
      StatusCode: cut ? "PartialData" : "Complete",
    };
  });
  return { page, next: next as Position | null };
}

const pointsAfter = (result: Result, after: number, ascending: boolean): Result["points"] =>
  result.points.filter(([at]) => (ascending ? at > after : at < after));

function isPosition(at: unknown): at is Position {
  if (!Array.isArray(at) || at.length !== 2) return false;
  const [result, after] = at as unknown[];
  return Number.isInteger(result) && (after === null || typeof after === "number");
}

/** The returned queries in their order; an expression that gives an array gives several results of the same id. */
function evaluated(queries: readonly Query[], asked: GetMetricDataInput, reading: Reading) {
  const span = { from: asked.StartTime * 1000, to: asked.EndTime * 1000 };
  const known = new Map<string, MathValue>();
  const underWay = new Set<string>();
  const answerOf = (query: Query): MathValue => {
    const value = known.get(query.id) ?? (query.kind === "metric" ? measured(query, reading, span) : computed(query));
    known.set(query.id, value);
    return value;
  };
  const computed = (query: Query & { kind: "expression" }): MathValue => {
    if (underWay.has(query.id)) throw new ExpressionError("the expression refers to itself");
    underWay.add(query.id);
    const value = evaluate(query.expression, scope);
    underWay.delete(query.id);
    return value;
  };
  const scope: MathScope = {
    ...span,
    resolve: (id) => {
      const query = queries.find((each) => each.id === id);
      return query === undefined ? null : answerOf(query);
    },
    metrics: () =>
      new Map(
        queries.flatMap((query) =>
          query.kind === "metric" ? seriesIn(answerOf(query)).map((series) => [query.id, series] as const) : [],
        ),
      ),
  };
  return queries
    .filter((query) => query.returned)
    .flatMap((query) => namedSeries(query, () => answerOf(query)).map((series) => ({ id: query.id, series })));
}

function namedSeries(query: Query, value: () => MathValue): readonly TimeSeries[] {
  try {
    return seriesIn(value()).map((series) => ({
      ...series,
      // Dynamic labels such as ${LAST} are given back as they are.
      label: query.label ?? (query.kind === "metric" || series.label !== "" ? series.label : query.id),
    }));
  } catch (error) {
    if (error instanceof ExpressionError) throw validationError(`Error in expression '${query.id}': ${error.message}`);
    throw error;
  }
}

function measured(query: Query & { kind: "metric" }, reading: Reading, span: { from: number; to: number }): MathValue {
  const { metric, unit, periodMs } = query;
  const points = new Map<number, number>();
  for (const [at, bucket] of slicesOf(reading, { metric, unit, periodMs, ...span })) {
    const value = query.statistic(bucket);
    if (value !== null) points.set(at, value);
  }
  return { kind: "series", series: { label: metric.name, periodMs, points } };
}
