import { invalidNextToken, tooLarge, validationError } from "./errors.ts";
import { type Expression, ExpressionError, parseExpression } from "./math-parse.ts";
import { type Statistic, statisticOf } from "./statistic.ts";
import { identityOf, type MetricIdentity } from "./store.ts";

/** A request of GetMetricData as it was sent. */
export interface GetMetricDataInput {
  readonly MetricDataQueries: readonly SentQuery[];
  readonly StartTime: number;
  readonly EndTime: number;
  readonly NextToken?: string;
  readonly ScanBy?: string;
  readonly MaxDatapoints?: number;
  readonly LabelOptions?: { readonly Timezone?: string };
}

interface SentQuery {
  readonly Id: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace?: string;
      readonly MetricName?: string;
      readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
    readonly Unit?: string;
  };
  readonly Expression?: string;
  readonly Label?: string;
  readonly ReturnData?: boolean;
  readonly Period?: number;
  readonly AccountId?: string;
}

/** A checked query. */
export type Query = {
  readonly id: string;
  readonly label: string | null;
  readonly returned: boolean;
} & (
  | {
      readonly kind: "metric";
      readonly metric: MetricIdentity;
      readonly statistic: Statistic;
      readonly periodMs: number;
      readonly unit: string | null;
    }
  | { readonly kind: "expression"; readonly expression: Expression; readonly periodMs: number | null }
);

const MAX_QUERIES = 500;
const MAX_BYTES = 614_400;
/** Both the most points of one answer and what MaxDatapoints may say. */
export const MAX_POINTS = 100_800;

/** Throws what AWS answers; messages are AWS's where public reports quote them (sizes, ids, exclusive members). */
export function checkedQueries(input: GetMetricDataInput, account: string): readonly Query[] {
  const sent = input.MetricDataQueries;
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > MAX_BYTES) throw tooLarge(bytes, MAX_BYTES);
  if (sent.length === 0) throw validationError("The collection MetricDataQueries must not be empty.");
  if (sent.length > MAX_QUERIES) {
    throw validationError(`The collection MetricDataQueries must not have a size greater than ${MAX_QUERIES}.`);
  }
  if (!(input.StartTime < input.EndTime)) {
    throw validationError("The parameter StartTime must be less than the parameter EndTime.");
  }
  const points = input.MaxDatapoints ?? MAX_POINTS;
  if (points < 1 || points > MAX_POINTS) {
    throw validationError(`The value for parameter MaxDatapoints must be between 1 and ${MAX_POINTS}.`);
  }
  const timezone = input.LabelOptions?.Timezone;
  if (timezone !== undefined && !/^[+-]\d{4}$/.test(timezone)) {
    throw validationError("The value for parameter LabelOptions.Timezone is not valid.");
  }
  if (input.NextToken === "") throw invalidNextToken();
  const queries = sent.map((query, index) => checkedQuery(query, `MetricDataQueries.member.${index + 1}`, account));
  if (new Set(queries.map((query) => query.id)).size < queries.length) {
    throw validationError("The values for parameter id in MetricDataQueries are not unique.");
  }
  if (!queries.some((query) => query.returned)) {
    throw validationError("At least one of the MetricDataQueries must have ReturnData set to true.");
  }
  return queries;
}

function checkedQuery(sent: SentQuery, path: string, account: string): Query {
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(sent.Id)) {
    throw validationError(
      `The value for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  }
  // Reading a linked account's metrics needs a monitoring account, which the embedded AWS has none of.
  if (sent.AccountId !== undefined && sent.AccountId !== account) {
    throw validationError(`The account ${sent.AccountId} of ${path}.AccountId is not linked to this account.`);
  }
  const common = { id: sent.Id, label: sent.Label ?? null, returned: sent.ReturnData ?? true };
  if (sent.MetricStat !== undefined) {
    if (sent.Expression !== undefined) throw exclusive(path, "Expression");
    if (sent.Period !== undefined) throw exclusive(path, "Period");
    return { ...common, ...checkedStat(sent.MetricStat, `${path}.MetricStat`) };
  }
  if (sent.Expression === undefined) {
    throw validationError(`The parameter ${path} must have either Expression or MetricStat.`);
  }
  if (sent.Period !== undefined) checkPeriod(sent.Period, `${path}.Period`);
  return {
    ...common,
    kind: "expression",
    expression: parsed(sent.Expression, sent.Id),
    periodMs: sent.Period === undefined ? null : sent.Period * 1000,
  };
}

function checkedStat(sent: NonNullable<SentQuery["MetricStat"]>, path: string) {
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions = [] } = sent.Metric;
  if (namespace === undefined) throw validationError(`The parameter ${path}.Metric.Namespace is required.`);
  if (name === undefined) throw validationError(`The parameter ${path}.Metric.MetricName is required.`);
  checkPeriod(sent.Period, `${path}.Period`);
  const statistic = statisticOf(sent.Stat);
  if (statistic === null) {
    throw validationError(`The value ${sent.Stat} for parameter ${path}.Stat is not supported.`);
  }
  return {
    kind: "metric" as const,
    metric: identityOf(namespace, name, dimensions),
    statistic,
    periodMs: sent.Period * 1000,
    unit: sent.Unit ?? null,
  };
}

/** "A period can be as short as one minute and must be a multiple of 60", or 1, 5, 10, 20 or 30 for high resolution. */
function checkPeriod(seconds: number, path: string): void {
  if ([1, 5, 10, 20, 30].includes(seconds) || seconds % 60 === 0) return;
  throw validationError(`The value ${seconds} for parameter ${path} must be 1, 5, 10, 20, 30 or a multiple of 60.`);
}

const exclusive = (path: string, member: string) =>
  validationError(
    `The parameters ${path}.${member} and ${path}.MetricStat are mutually exclusive and you have specified both.`,
  );

function parsed(text: string, id: string): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) throw validationError(`Error in expression '${id}': ${error.message}`);
    throw error;
  }
}
