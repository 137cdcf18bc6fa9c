import * as sessionsClient from "@aws-sdk/client-bedrock-agentcore";
import * as controlClient from "@aws-sdk/client-bedrock-agentcore-control";
import * as metricsClient from "@aws-sdk/client-cloudwatch";
import * as logsClient from "@aws-sdk/client-cloudwatch-logs";
import * as costsClient from "@aws-sdk/client-cost-explorer";
import * as eventsClient from "@aws-sdk/client-eventbridge";
import * as s3Client from "@aws-sdk/client-s3";
import * as quotasClient from "@aws-sdk/client-service-quotas";
import * as ssmClient from "@aws-sdk/client-ssm";
import * as stsClient from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import type { ObjectOperation, OperationDefinition, RestOperation } from "../../local/service.ts";
import { services } from "../../local/services/all.ts";
import type { Shape } from "../../local/validate.ts";

// The SDK carries each model as arrays. An operation is [9, namespace, name, traits, input, output]; a structure is
// [3, namespace, name, traits, member names, member schemas, how many of them, from the first, are required].
type Structure = readonly [3, string, string, unknown, readonly string[], readonly unknown[], number?];
type Operation = readonly [9, string, string, { http?: readonly [string, string, number] }, unknown, unknown];

const clients: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "bedrock-agentcore": sessionsClient,
  "bedrock-agentcore-control": controlClient,
  monitoring: metricsClient,
  ce: costsClient,
  logs: logsClient,
  s3: s3Client,
  events: eventsClient,
  servicequotas: quotasClient,
  ssm: ssmClient,
  sts: stsClient,
};

const cases = services.flatMap((service) =>
  Object.entries(service.operations).map(([name, operation]) => ({
    service: service.name,
    signing: service.signingName,
    name,
    operation,
  })),
);

function modelOf(service: string, signing: string, name: string): Operation {
  const model = (clients[service] ?? clients[signing])?.[`${name}$`];
  if (!Array.isArray(model)) throw new Error(`the SDK client of ${service} has no ${name}`);
  return model as unknown as Operation;
}

const resolved = (schema: unknown): unknown => (typeof schema === "function" ? schema() : schema);
const isStructure = (schema: unknown): schema is Structure => Array.isArray(schema) && schema[0] === 3;

/** Member and whether it is required, as text, so that a difference reads well. */
const membersOfShape = (shape: Shape): string[] =>
  shape.kind === "structure"
    ? [
        ...Object.keys(shape.required).map((member) => `${member} required`),
        ...Object.keys(shape.optional).map((member) => `${member} optional`),
      ].toSorted()
    : [];
const membersOfModel = (schema: unknown): string[] =>
  isStructure(schema)
    ? schema[4].map((member, index) => `${member} ${index < (schema[6] ?? 0) ? "required" : "optional"}`).toSorted()
    : [];

describe("every operation has the members that the model of its SDK client has", () => {
  // S3's operations have dozens of members, of which a few are served here and the rest refused.
  const whole = cases.filter(({ service }) => service !== "s3");
  it.each(whole)("$service $name", ({ service, signing, name, operation }) => {
    const input = resolved(modelOf(service, signing, name)[4]);
    compare(operation.input, input, name);
  });
});

/** Compares structures at every depth that both sides know. */
function compare(shape: Shape, schema: unknown, at: string): void {
  if (shape.kind !== "structure" || !isStructure(schema)) return;
  expect({ at, members: membersOfShape(shape) }).toEqual({ at, members: membersOfModel(schema) });
  for (const [index, member] of schema[4].entries()) {
    const inner = shape.required[member] ?? shape.optional[member];
    if (inner !== undefined) compare(inner, resolvedMember(schema[5][index]), `${at}.${member}`);
  }
}

/** A member's schema, without the traits that may be wrapped around it. */
function resolvedMember(schema: unknown): unknown {
  const plain = resolved(schema);
  if (Array.isArray(plain) && typeof plain[0] === "function") return resolved(plain[0]);
  return plain;
}

describe("every REST operation is where its model says", () => {
  const rest = cases.filter(
    (each): each is typeof each & { operation: OperationDefinition & RestOperation } => "path" in each.operation,
  );
  it.each(rest)("$name", ({ service, signing, name, operation }) => {
    const model = modelOf(service, signing, name);
    expect([operation.method, operation.path, operation.status]).toEqual(model[3].http);
    const input = resolved(model[4]);
    if (!isStructure(input)) return;
    const bound = (trait: "httpQuery" | "httpHeader"): Record<string, string> =>
      Object.fromEntries(
        input[4].flatMap((member, index) => {
          const schema = input[5][index];
          const traits = Array.isArray(schema) ? (schema[1] as Record<string, string> | undefined) : undefined;
          const place = traits?.[trait];
          return place === undefined ? [] : [[member, place]];
        }),
      );
    expect(Object.fromEntries((operation.query ?? []).map((member) => [member, member]))).toEqual(bound("httpQuery"));
    expect(operation.headers ?? {}).toEqual(bound("httpHeader"));
  });
});

describe("every operation of the object store takes its members from where the model has them", () => {
  const ofStore = cases.filter(
    (each): each is typeof each & { operation: ObjectOperation } => each.service === "s3" && "on" in each.operation,
  );
  it.each(ofStore)("$name", ({ service, signing, name, operation }) => {
    const model = modelOf(service, signing, name);
    const input = resolved(model[4]);
    if (!isStructure(input)) throw new Error(`${name} has no input`);
    const [method, path, status] = model[3].http ?? [];
    expect([operation.method, operation.status]).toEqual([method, status]);
    expect(path?.startsWith(operation.on === "object" ? "/{Key+}" : "/")).toBe(true);
    if (operation.marker !== undefined) expect(path).toContain(operation.marker.join("="));
    const bindings = new Map(
      input[4].map((member, index) => {
        const schema = input[5][index];
        const traits = Array.isArray(schema) ? schema[1] : undefined;
        return [member, (traits as { httpHeader?: string; httpQuery?: string } | undefined) ?? {}] as const;
      }),
    );
    for (const [member, header] of Object.entries(operation.headers ?? {})) {
      expect([member, bindings.get(member)?.httpHeader]).toEqual([member, header]);
    }
    for (const [member, parameter] of Object.entries(operation.query ?? {})) {
      expect([member, bindings.get(member)?.httpQuery]).toEqual([member, parameter]);
    }
  });
});
