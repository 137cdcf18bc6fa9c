import { type Bucket, bucketOfSet, bucketOfValue, mergeInto } from "./bucket.ts";
import { invalidCombination, invalidValue, missingParameter } from "./errors.ts";
import { type Datum, identityOf } from "./store.ts";

/** A datum as it was sent. Doubles may be numbers, or the strings that stand for NaN and the infinities. */
export interface MetricDatum {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Timestamp?: number;
  readonly Value?: unknown;
  readonly StatisticValues?: Readonly<Record<"SampleCount" | "Sum" | "Minimum" | "Maximum", unknown>>;
  readonly Values?: readonly unknown[];
  readonly Counts?: readonly unknown[];
  readonly Unit?: string;
  readonly StorageResolution?: number;
}

const MAX_VALUES = 150;
const OLDEST_MS = 14 * 24 * 3_600_000;
const NEWEST_MS = 2 * 3_600_000;
/** "Values must be in the range of -2^360 to 2^360." */
const LARGEST = 2 ** 360;

/**
 * Checks what the model does not say. Messages are AWS's where public reports quote them: values, exclusive parameters,
 * old time stamps, collection sizes. Throws the first problem.
 */
export function checkedDatum(namespace: string, datum: MetricDatum, path: string, now: number): Datum {
  checkText(datum.MetricName, `${path}.MetricName`);
  const dimensions = datum.Dimensions ?? [];
  dimensions.forEach(({ Name, Value }, index) => {
    checkText(Name, `${path}.Dimensions.member.${index + 1}.Name`);
    checkText(Value, `${path}.Dimensions.member.${index + 1}.Value`);
    if (Name.startsWith(":")) throw badValue(Name, `${path}.Dimensions.member.${index + 1}.Name`);
  });
  if (new Set(dimensions.map(({ Name }) => Name)).size < dimensions.length) {
    throw invalidValue("No Metric may specify the same dimension twice.");
  }
  const at = datum.Timestamp === undefined ? now : Math.round(datum.Timestamp * 1000);
  if (at < now - OLDEST_MS || at > now + NEWEST_MS) {
    throw invalidValue(`The parameter ${path}.Timestamp must specify a time within the past two weeks.`);
  }
  const resolution = datum.StorageResolution ?? 60;
  if (resolution !== 1 && resolution !== 60) throw badValue(resolution, `${path}.StorageResolution`);
  return {
    metric: identityOf(namespace, datum.MetricName, dimensions),
    unit: datum.Unit ?? "None",
    at,
    highResolution: resolution === 1,
    bucket: bucketOf(datum, path),
  };
}

function bucketOf(datum: MetricDatum, path: string): Bucket {
  const given = [
    ...(datum.Value === undefined ? [] : ["Value"]),
    ...(datum.Values === undefined || datum.Values.length === 0 ? [] : ["Values"]),
    ...(datum.StatisticValues === undefined ? [] : ["StatisticValues"]),
  ];
  if (given.length > 1) {
    throw invalidCombination(
      `The parameters ${path}.${given[0]} and ${path}.${given[1]} are mutually exclusive and you have specified both.`,
    );
  }
  if (datum.Value !== undefined) return bucketOfValue(double(datum.Value, `${path}.Value`));
  if (datum.StatisticValues !== undefined) return ofSet(datum.StatisticValues, `${path}.StatisticValues`);
  if (given.length === 1) return ofValues(datum.Values ?? [], datum.Counts ?? [], path);
  throw missingParameter(
    `At least one of the parameters ${path}.Value, ${path}.Values or ${path}.StatisticValues must be specified.`,
  );
}

function ofSet(sent: NonNullable<MetricDatum["StatisticValues"]>, path: string): Bucket {
  const set = {
    count: double(sent.SampleCount, `${path}.SampleCount`),
    sum: double(sent.Sum, `${path}.Sum`),
    min: double(sent.Minimum, `${path}.Minimum`),
    max: double(sent.Maximum, `${path}.Maximum`),
  };
  if (set.max < set.min) {
    throw invalidValue(`The parameter ${path}.Maximum must be greater than ${path}.Minimum.`);
  }
  if (!(set.count > 0)) throw invalidValue(`The parameter ${path}.SampleCount must be greater than 0.`);
  return bucketOfSet(set);
}

function ofValues(values: readonly unknown[], counts: readonly unknown[], path: string): Bucket {
  if (values.length > MAX_VALUES) {
    throw invalidValue(`The collection ${path}.Values must not have a size greater than ${MAX_VALUES}.`);
  }
  if (counts.length > 0 && counts.length !== values.length) {
    throw invalidValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  const buckets = values.map((value, index) => {
    const count = counts.length === 0 ? 1 : double(counts[index], `${path}.Counts`);
    if (!(count > 0)) throw badValue(count, `${path}.Counts`);
    return bucketOfValue(double(value, `${path}.Values`), count);
  });
  return buckets.reduce((sum, bucket) => {
    mergeInto(sum, bucket);
    return sum;
  });
}

function double(value: unknown, path: string): number {
  if (typeof value === "number" && Math.abs(value) <= LARGEST) return value;
  throw badValue(value, path);
}

const badValue = (value: unknown, path: string) => invalidValue(`The value ${value} for parameter ${path} is invalid.`);

/** "Must contain only ASCII characters, and must include at least one non-whitespace character"; control characters are refused. */
function checkText(text: string, path: string): void {
  if (/[^ -~]/.test(text)) throw invalidValue(`The value ${text} for parameter ${path} contains non-ASCII characters.`);
  if (text.trim() === "") throw badValue(text, path);
}
