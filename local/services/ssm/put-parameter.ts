import { Fault, type Reply, type Request } from "../../service.ts";
import { validationException } from "./errors.ts";
import { type ParameterVersion, parametersOf } from "./parameters.ts";

interface Asked {
  readonly Name: string;
  readonly Value: string;
  readonly Type?: ParameterVersion["type"];
  readonly Overwrite?: boolean;
  readonly AllowedPattern?: string;
  readonly Tags?: readonly unknown[];
  readonly Tier?: ParameterVersion["tier"] | "Intelligent-Tiering";
  readonly Policies?: string;
  readonly DataType?: string;
}

/** Characters that a value may have, by tier; and how many versions are kept. */
const standardLength = 4096;
const advancedLength = 8192;
const keptVersions = 100;
/** "A hierarchy can have a maximum of 15 levels." */
const deepest = 15;

export function putParameter({ input, place, now }: Request): Reply {
  const asked = input as unknown as Asked;
  refuseName(asked.Name);
  const parameters = parametersOf(place);
  const versions = parameters.get(asked.Name) ?? [];
  const latest = versions.at(-1) ?? null;
  if (latest !== null && asked.Overwrite !== true) {
    throw new Fault(
      "ParameterAlreadyExists",
      400,
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    );
  }
  const type = typeOf(asked, latest);
  const tier = tierOf(asked, latest);
  refuseValue(asked, tier, latest);
  const version: ParameterVersion = {
    version: (latest?.version ?? 0) + 1,
    type,
    value: asked.Value,
    dataType: asked.DataType ?? latest?.dataType ?? "text",
    tier,
    allowedPattern: asked.AllowedPattern ?? latest?.allowedPattern ?? null,
    modifiedAt: now,
  };
  parameters.set(asked.Name, [...versions, version].slice(-keptVersions));
  return { body: { Version: version.version, Tier: tier } };
}

function refuseName(name: string): void {
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || (name.includes("/") && !name.startsWith("/")) || name.endsWith("/")) {
    throw validationException(
      "Parameter name must be a fully qualified name. It can only contain a-zA-Z0-9_.- and, for a hierarchy, begin with a /.",
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw validationException(
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol.',
    );
  }
  if (name.split("/").length - 1 > deepest) {
    throw new Fault(
      "HierarchyLevelLimitExceededException",
      400,
      `A hierarchy can have a maximum of ${deepest} levels.`,
    );
  }
}

function typeOf({ Type: type, Overwrite, Tags }: Asked, latest: ParameterVersion | null): ParameterVersion["type"] {
  if (latest === null && type === undefined) {
    throw validationException("A parameter type is required when you create a parameter.");
  }
  if (latest !== null && type !== undefined && type !== latest.type) {
    throw new Fault("HierarchyTypeMismatchException", 400, "The type of an existing parameter cannot be changed.");
  }
  if (Overwrite === true && (Tags ?? []).length > 0) {
    throw validationException("Invalid request: tags and overwrite can't be used together.");
  }
  return type ?? latest?.type ?? "String";
}

/** A parameter never goes back to the smaller tier. */
function tierOf({ Tier: tier, Value: value }: Asked, latest: ParameterVersion | null): ParameterVersion["tier"] {
  if (tier === "Advanced" || latest?.tier === "Advanced") {
    if (tier === "Standard") throw validationException("An advanced parameter cannot become a standard one.");
    return "Advanced";
  }
  return tier === "Intelligent-Tiering" && value.length > standardLength ? "Advanced" : "Standard";
}

function refuseValue(asked: Asked, tier: ParameterVersion["tier"], latest: ParameterVersion | null): void {
  const most = tier === "Standard" ? standardLength : advancedLength;
  if (asked.Value.length > most) {
    throw validationException(`${tier} tier parameters support a maximum parameter value of ${most} characters.`);
  }
  if (asked.Policies !== undefined && asked.Policies !== "") {
    throw validationException("Policies: the embedded AWS keeps no parameter policies.");
  }
  const pattern = asked.AllowedPattern ?? latest?.allowedPattern;
  if (pattern !== undefined && pattern !== null && !compiled(pattern).test(asked.Value)) {
    throw new Fault(
      "ParameterPatternMismatchException",
      400,
      `Parameter value does not match the allowed pattern: ${pattern}`,
    );
  }
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Fault("InvalidAllowedPatternException", 400, `Invalid regular expression: ${pattern}`);
  }
}
