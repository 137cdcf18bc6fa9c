import { partitionOf } from "../fleet/regions.ts";
import { Fault, type Reply, type Request, type ServiceDefinition } from "../service.ts";
import { integer, oneOf, string, structure } from "../validate.ts";
import type { Place } from "../world.ts";
import { isIndex, readToken, writeToken } from "./page-token.ts";
import { validationText } from "./validation-text.ts";

const SERVICE_CODE = "bedrock-agentcore";
const SERVICE_NAME = "Amazon Bedrock AgentCore";

/** Names as the console shows them; a code that is not here shows its code. The Description member is left out: its text is not known. */
const NAMES: Readonly<Record<string, string>> = {
  "L-CAF6F552": "Concurrent active Code Interpreter sessions",
  "L-D8BDCBA9": "Code Interpreter configurations",
};

/** The largest page, and the page where MaxResults is absent (the API says only that it returns "up to" this many). */
const PAGE = 100;

const serviceCode = string({ min: 1, max: 63, pattern: /[a-zA-Z][a-zA-Z0-9-]{1,63}/ });
const quotaCode = string({ min: 1, max: 128, pattern: /[a-zA-Z][a-zA-Z0-9-]{1,128}/ });
const paging = {
  NextToken: string({ max: 2048, pattern: /[a-zA-Z0-9/+]*={0,2}/ }),
  MaxResults: integer({ min: 1, max: PAGE }),
};
/** Every member of a quota is optional in the model; its value is the one that hurts. */
const optionalOutput = ["Value", "QuotaName", "ServiceName", "Unit", "Adjustable", "GlobalQuota"];
const oneQuota = { ServiceCode: serviceCode, QuotaCode: quotaCode };

export const serviceQuotas: ServiceDefinition = {
  protocol: "aws-json",
  name: "servicequotas",
  signingName: "servicequotas",
  targetPrefix: "ServiceQuotasV20190624",
  version: "1.1",
  errors: {
    // The model declares IllegalArgumentException; what breaks the shape itself is refused by the front end under the common name.
    invalid: (problems) => new Fault("ValidationException", 400, validationText(problems)),
    throttled: () => new Fault("TooManyRequestsException", 400, "Rate exceeded"),
  },
  // Rates: quotas page of Service Quotas, read 2026-11.
  operations: {
    ListServiceQuotas: {
      input: structure(
        { ServiceCode: serviceCode },
        { ...paging, QuotaCode: quotaCode, QuotaAppliedAtLevel: oneOf("ACCOUNT", "RESOURCE", "ALL") },
      ),
      handle: (request) => listed(request, request.place.appliedQuotas),
      ratePerSecond: () => 10,
      optionalOutput,
    },
    ListAWSDefaultServiceQuotas: {
      input: structure({ ServiceCode: serviceCode }, paging),
      handle: (request) => listed(request, request.place.defaultQuotas),
      ratePerSecond: () => 10,
      optionalOutput,
    },
    GetServiceQuota: {
      input: structure(oneQuota, { ContextId: string() }),
      handle: (request) => one(request, request.place.appliedQuotas),
      ratePerSecond: () => 5,
      optionalOutput,
    },
    GetAWSDefaultServiceQuota: {
      input: structure(oneQuota),
      handle: (request) => one(request, request.place.defaultQuotas),
      ratePerSecond: () => 5,
      optionalOutput,
    },
  },
};

interface Asked {
  readonly ServiceCode: string;
  readonly QuotaCode?: string;
  readonly NextToken?: string;
  readonly MaxResults?: number;
  readonly QuotaAppliedAtLevel?: string;
  readonly ContextId?: string;
}

function listed({ input, place }: Request, values: ReadonlyMap<string, number>): Reply {
  const { NextToken: token, ...asked } = input as unknown as Asked;
  requireService(asked.ServiceCode);
  const start = token === undefined ? 0 : readToken(asked, token, isIndex);
  if (start === null) throw new Fault("InvalidPaginationTokenException", 400, "Invalid pagination token");
  // These quotas apply to the account; none of them to a resource.
  const found = asked.QuotaAppliedAtLevel === "RESOURCE" ? [] : [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = found.filter(([code]) => asked.QuotaCode === undefined || code === asked.QuotaCode);
  const end = start + (asked.MaxResults ?? PAGE);
  return {
    body: {
      Quotas: wanted.slice(start, end).map(([code, value]) => quotaOf(place, code, value)),
      ...(end < wanted.length ? { NextToken: writeToken(asked, end) } : {}),
    },
  };
}

/** A quota without an applied value is not found by GetServiceQuota, though its default may be. */
function one({ input, place }: Request, values: ReadonlyMap<string, number>): Reply {
  const { ServiceCode: service, QuotaCode: code = "", ContextId: context } = input as unknown as Asked;
  requireService(service);
  const value = values.get(code);
  if (value === undefined || context !== undefined) {
    throw new Fault("NoSuchResourceException", 400, "The request failed because the specified quota does not exist.");
  }
  return { body: { Quota: quotaOf(place, code, value) } };
}

function requireService(code: string): void {
  if (code === SERVICE_CODE) return;
  throw new Fault("NoSuchResourceException", 400, "The request failed because the specified service does not exist.");
}

const quotaOf = (place: Place, code: string, value: number): Readonly<Record<string, unknown>> => ({
  ServiceCode: SERVICE_CODE,
  ServiceName: SERVICE_NAME,
  QuotaArn: `arn:${partitionOf(place.region)}:servicequotas:${place.region}:${place.account}:${SERVICE_CODE}/${code}`,
  QuotaCode: code,
  QuotaName: NAMES[code] ?? code,
  Value: value,
  Unit: "None",
  Adjustable: true,
  GlobalQuota: false,
  QuotaAppliedAtLevel: "ACCOUNT",
});
