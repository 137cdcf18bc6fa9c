import { anything, boolean, integer, list, map, oneOf, string, structure, timestamp } from "../../validate.ts";

const UNITS = [
  "Seconds",
  "Microseconds",
  "Milliseconds",
  ...["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"],
  ...["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"],
  "Percent",
  "Count",
  ...["Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second"],
  ...["Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second"],
  "Count/Second",
  "None",
] as const;

const namespace = string({ min: 1, max: 255, pattern: /[^:].*/s });
const metricName = string({ min: 1, max: 255 });
const dimensionName = string({ min: 1, max: 255 });
const dimensionValue = string({ min: 1, max: 1024 });
const dimensions = list(structure({ Name: dimensionName, Value: dimensionValue }), { max: 30 });
const unit = oneOf(...UNITS);
/** Clients write NaN and the infinities as strings, so doubles are looked at by hand: CloudWatch has its own words for them. */
const double = anything;

const metricData = list(
  structure(
    { MetricName: metricName },
    {
      Dimensions: dimensions,
      Timestamp: timestamp,
      Value: double,
      StatisticValues: structure({ SampleCount: double, Sum: double, Minimum: double, Maximum: double }),
      Values: list(double),
      Counts: list(double),
      Unit: unit,
      StorageResolution: integer({ min: 1 }),
    },
  ),
);

const entity = structure(
  {},
  {
    KeyAttributes: map(string({ min: 1, max: 32 }), string({ min: 1, max: 2048 }), { min: 2, max: 4 }),
    Attributes: map(string({ min: 1, max: 256 }), string({ min: 1, max: 2048 }), { min: 0, max: 10 }),
  },
);

export const putMetricDataInput = structure(
  { Namespace: namespace },
  {
    MetricData: metricData,
    EntityMetricData: list(structure({}, { Entity: entity, MetricData: metricData })),
    StrictEntityValidation: boolean,
  },
);

const accountId = string({ min: 1, max: 255 });
const period = integer({ min: 1 });
const metricStat = structure(
  {
    Metric: structure({}, { Namespace: namespace, MetricName: metricName, Dimensions: dimensions }),
    Period: period,
    Stat: string(),
  },
  { Unit: unit },
);

export const getMetricDataInput = structure(
  {
    MetricDataQueries: list(
      structure(
        { Id: string({ min: 1, max: 255 }) },
        {
          MetricStat: metricStat,
          Expression: string({ min: 1, max: 2048 }),
          Label: string(),
          ReturnData: boolean,
          Period: period,
          AccountId: accountId,
        },
      ),
    ),
    StartTime: timestamp,
    EndTime: timestamp,
  },
  {
    NextToken: string(),
    ScanBy: oneOf("TimestampDescending", "TimestampAscending"),
    MaxDatapoints: integer(),
    LabelOptions: structure({}, { Timezone: string() }),
  },
);

export const listMetricsInput = structure(
  {},
  {
    Namespace: namespace,
    MetricName: metricName,
    Dimensions: list(structure({ Name: dimensionName }, { Value: dimensionValue }), { max: 10 }),
    NextToken: string(),
    RecentlyActive: oneOf("PT3H"),
    IncludeLinkedAccounts: boolean,
    OwningAccount: accountId,
  },
);

export const putDashboardInput = structure(
  { DashboardName: string(), DashboardBody: string() },
  { Tags: list(structure({ Key: string({ min: 1, max: 128 }), Value: string({ min: 0, max: 256 }) })) },
);

export const getDashboardInput = structure({ DashboardName: string() });
