import type { ServiceDefinition } from "../../service.ts";
import { anything, list, oneOf, string, structure } from "../../validate.ts";
import { costExplorerErrors } from "./errors.ts";
import { getCostAndUsage } from "./get-cost-and-usage.ts";

const date = string({ min: 0, max: 40, pattern: /(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}Z)?/ });
const key = string({ min: 0, max: 1024 });
const values = list(string({ min: 0, max: 1024 }));
const matched = { Key: key, Values: values, MatchOptions: list(string()) };

/** Expressions hold expressions: what is below the first level is checked where it is read. */
const filter = structure(
  {},
  {
    Or: list(anything),
    And: list(anything),
    Not: anything,
    Dimensions: structure({}, matched),
    Tags: structure({}, matched),
    CostCategories: structure({}, matched),
  },
);

export const costExplorer: ServiceDefinition = {
  protocol: "aws-json",
  name: "ce",
  signingName: "ce",
  targetPrefix: "AWSInsightsIndexService",
  version: "1.1",
  errors: costExplorerErrors,
  operations: {
    GetCostAndUsage: {
      input: structure(
        {
          TimePeriod: structure({ Start: date, End: date }),
          Granularity: oneOf("DAILY", "MONTHLY", "HOURLY"),
          Metrics: list(string({ min: 0, max: 1024 })),
        },
        {
          Filter: filter,
          GroupBy: list(structure({}, { Type: oneOf("DIMENSION", "TAG", "COST_CATEGORY"), Key: key })),
          BillingViewArn: string({
            min: 20,
            max: 2048,
            pattern: /arn:aws[a-z-]*:(billing)::[0-9]{12}:billingview\/[-a-zA-Z0-9/:_+=.-@]{1,75}/,
          }),
          NextPageToken: string({ min: 0, max: 8192 }),
        },
      ),
      handle: getCostAndUsage,
      // AWS publishes no figure; people meet refusals at a handful a second.
      ratePerSecond: () => 5,
      optionalOutput: ["GroupDefinitions", "DimensionValueAttributes", "Estimated"],
      isBeyondPlace: true,
    },
  },
};
