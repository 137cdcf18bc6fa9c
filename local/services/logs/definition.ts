import type { ServiceDefinition } from "../../service.ts";
import { boolean, integer, list, oneOf, string, structure } from "../../validate.ts";
import { describeDeliveries, describeDeliveryDestinations, describeDeliverySources } from "./deliveries.ts";
import { describeLogGroups } from "./describe-log-groups.ts";
import { logsErrors } from "./errors.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { getQueryResults, startQuery, stopQuery } from "./queries.ts";

const groupName = string({ min: 1, max: 512, pattern: /[.\-_/#A-Za-z0-9]+/ });
const groupIdentifier = string({ min: 1, max: 2048, pattern: /[\w#+=/:,.@-]*/ });
const streamName = string({ min: 1, max: 512, pattern: /[^:*]*/ });
const time = integer({ min: 0 });
const queryId = string({ min: 1, max: 256 });
const deliveryPage = { nextToken: string({ min: 1 }), limit: integer({ min: 1, max: 50 }) };
const deliveryName = string({ min: 1, max: 60, pattern: /[\w-]*/ });

/** Rates: "CloudWatch Logs quotas", read 2026-11; FilterLogEvents has 25/s in the large Regions. */
export const logs: ServiceDefinition = {
  protocol: "aws-json",
  name: "logs",
  signingName: "logs",
  targetPrefix: "Logs_20140328",
  version: "1.1",
  errors: logsErrors,
  operations: {
    DescribeLogGroups: {
      input: structure(
        {},
        {
          accountIdentifiers: list(string({ min: 12, max: 12, pattern: /\d{12}/ }), { min: 0, max: 20 }),
          logGroupNamePrefix: groupName,
          logGroupNamePattern: string({ min: 0, max: 512, pattern: /[.\-_/#A-Za-z0-9]*/ }),
          nextToken: string({ min: 1 }),
          limit: integer({ min: 1, max: 50 }),
          includeLinkedAccounts: boolean,
          logGroupClass: oneOf("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
          logGroupIdentifiers: list(groupIdentifier, { min: 1, max: 50 }),
        },
      ),
      handle: describeLogGroups,
      ratePerSecond: () => 10,
      optionalOutput: ["creationTime", "metricFilterCount", "logGroupArn", "storedBytes", "logGroupClass"],
    },
    FilterLogEvents: {
      input: structure(
        {},
        {
          logGroupName: groupName,
          logGroupIdentifier: groupIdentifier,
          logStreamNames: list(streamName, { min: 1, max: 100 }),
          logStreamNamePrefix: streamName,
          startTime: time,
          endTime: time,
          filterPattern: string({ min: 0, max: 1024 }),
          nextToken: string({ min: 1 }),
          limit: integer({ min: 1, max: 10_000 }),
          startFromHead: boolean,
          interleaved: boolean,
          unmask: boolean,
        },
      ),
      handle: filterLogEvents,
      ratePerSecond: () => 25,
      optionalOutput: ["logStreamName", "ingestionTime", "eventId", "searchedLogStreams"],
    },
    StartQuery: {
      input: structure(
        { startTime: time, endTime: time, queryString: string({ min: 0, max: 10_000 }) },
        {
          queryLanguage: oneOf("CWLI", "SQL", "PPL"),
          logGroupName: groupName,
          logGroupNames: list(groupName),
          logGroupIdentifiers: list(groupIdentifier),
          limit: integer({ min: 1, max: 100_000 }),
        },
      ),
      handle: startQuery,
      ratePerSecond: () => 10,
    },
    GetQueryResults: {
      input: structure({ queryId }, { nextToken: string({ max: 1024 }), maxItems: integer({ min: 0, max: 10_000 }) }),
      handle: getQueryResults,
      ratePerSecond: () => 10,
      optionalOutput: ["queryLanguage", "statistics"],
    },
    StopQuery: { input: structure({ queryId }), handle: stopQuery, ratePerSecond: () => 10 },
    DescribeDeliveries: {
      input: structure({}, { ...deliveryPage, deliverySourceNames: list(deliveryName, { min: 1, max: 50 }) }),
      handle: describeDeliveries,
      ratePerSecond: () => 10,
      optionalOutput: ["arn", "deliveryDestinationType", "s3DeliveryConfiguration"],
    },
    DescribeDeliverySources: {
      input: structure({}, { ...deliveryPage, resourceArns: list(string({ min: 1 }), { min: 1, max: 50 }) }),
      handle: describeDeliverySources,
      ratePerSecond: () => 10,
      optionalOutput: ["arn", "service"],
    },
    DescribeDeliveryDestinations: {
      input: structure({}, { ...deliveryPage, names: list(deliveryName, { min: 1, max: 50 }) }),
      handle: describeDeliveryDestinations,
      ratePerSecond: () => 10,
      optionalOutput: ["deliveryDestinationType", "outputFormat"],
    },
  },
};
