/**
 * The constraints of the published service models, as data, and one function that checks a value against them.
 * Only what AWS itself validates is here: unknown members are dropped, as AWS drops them.
 */
export type Shape =
  | {
      readonly kind: "string";
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: RegExp;
      readonly values?: readonly string[];
    }
  | { readonly kind: "integer" | "number"; readonly min?: number; readonly max?: number }
  | { readonly kind: "boolean" | "timestamp" | "blob" | "any" }
  | { readonly kind: "list"; readonly of: Shape; readonly min?: number; readonly max?: number }
  | { readonly kind: "map"; readonly key: Shape; readonly value: Shape; readonly min?: number; readonly max?: number }
  | {
      readonly kind: "structure";
      readonly required: Readonly<Record<string, Shape>>;
      readonly optional: Readonly<Record<string, Shape>>;
    };

export interface FieldProblem {
  /** Dotted path from the request, for example `arguments.language`. */
  readonly name: string;
  readonly message: string;
  readonly kind: "missing" | "type" | "constraint";
}

type Bounds = { readonly min?: number; readonly max?: number };
type TextBounds = Bounds & { readonly pattern?: RegExp; readonly values?: readonly string[] };

/** Patterns in the models are unanchored in text and anchored in effect: they are matched against the whole value here. */
export const string = (bounds: TextBounds = {}): Shape => ({ kind: "string", ...bounds });
export const oneOf = (...values: readonly string[]): Shape => ({ kind: "string", values });
export const integer = (bounds: Bounds = {}): Shape => ({ kind: "integer", ...bounds });
export const boolean: Shape = { kind: "boolean" };
export const timestamp: Shape = { kind: "timestamp" };
export const blob: Shape = { kind: "blob" };
export const anything: Shape = { kind: "any" };
export const list = (of: Shape, bounds: Bounds = {}): Shape => ({ kind: "list", of, ...bounds });
export const map = (key: Shape, value: Shape, bounds: Bounds = {}): Shape => ({ kind: "map", key, value, ...bounds });
export const structure = (
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape => ({ kind: "structure", required, optional });

/** All problems of `value`, deepest path first in reading order; an empty list means that it is valid. */
export function problemsOf(shape: Shape, value: unknown, path = ""): FieldProblem[] {
  switch (shape.kind) {
    case "any":
      return [];
    case "boolean":
      return typeof value === "boolean" ? [] : [wrongType(path, "a boolean")];
    case "blob":
      return typeof value === "string" ? [] : [wrongType(path, "a base64 string")];
    case "timestamp":
      return typeof value === "number" && Number.isFinite(value)
        ? []
        : [wrongType(path, "a timestamp in epoch seconds")];
    case "string":
      return typeof value === "string" ? textProblems(shape, value, path) : [wrongType(path, "a string")];
    case "integer":
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) return [wrongType(path, "a number")];
      if (shape.kind === "integer" && !Number.isInteger(value)) return [wrongType(path, "an integer")];
      return boundProblems(shape, value, path, "value");
    case "list":
      if (!Array.isArray(value)) return [wrongType(path, "a list")];
      return [
        ...boundProblems(shape, value.length, path, "length"),
        ...value.flatMap((item, index) => problemsOf(shape.of, item, `${path}.${index + 1}.member`)),
      ];
    case "map":
      if (!isRecord(value)) return [wrongType(path, "a map")];
      return [
        ...boundProblems(shape, Object.keys(value).length, path, "length"),
        ...Object.entries(value).flatMap(([key, item]) => [
          ...problemsOf(shape.key, key, `${path}.${key}`),
          ...problemsOf(shape.value, item, `${path}.${key}`),
        ]),
      ];
    case "structure": {
      if (!isRecord(value)) return [wrongType(path, "a structure")];
      const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
      const required = Object.entries(shape.required).flatMap(([name, member]) =>
        value[name] === undefined || value[name] === null
          ? [
              {
                name: at(name),
                message: `Value at '${at(name)}' failed to satisfy constraint: Member must not be null`,
                kind: "missing" as const,
              },
            ]
          : problemsOf(member, value[name], at(name)),
      );
      const optional = Object.entries(shape.optional).flatMap(([name, member]) =>
        value[name] === undefined || value[name] === null ? [] : problemsOf(member, value[name], at(name)),
      );
      return [...required, ...optional];
    }
    default:
      return shape satisfies never;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrongType = (path: string, wanted: string): FieldProblem => ({
  name: path,
  message: `Value at '${path}' is not ${wanted}`,
  kind: "type",
});

const violated = (path: string, rule: string): FieldProblem => ({
  name: path,
  message: `Value at '${path}' failed to satisfy constraint: Member must ${rule}`,
  kind: "constraint",
});

function boundProblems(bounds: Bounds, size: number, path: string, what: "length" | "value"): FieldProblem[] {
  const rule = (relation: string, bound: number): string =>
    what === "length"
      ? `have length ${relation} than or equal to ${bound}`
      : `have value ${relation} than or equal to ${bound}`;
  if (bounds.min !== undefined && size < bounds.min) return [violated(path, rule("greater", bounds.min))];
  if (bounds.max !== undefined && size > bounds.max) return [violated(path, rule("less", bounds.max))];
  return [];
}

function textProblems(bounds: TextBounds, value: string, path: string): FieldProblem[] {
  const problems = boundProblems(bounds, value.length, path, "length");
  if (bounds.values !== undefined && !bounds.values.includes(value)) {
    problems.push(violated(path, `satisfy enum value set: [${bounds.values.join(", ")}]`));
  }
  if (bounds.pattern !== undefined && !new RegExp(`^(?:${bounds.pattern.source})$`, bounds.pattern.flags).test(value)) {
    problems.push(violated(path, `satisfy regular expression pattern: ${bounds.pattern.source}`));
  }
  return problems;
}
