import { readFileSync } from "node:fs";

type Schema = Readonly<Record<string, unknown>>;

/** The published schema of a verb's JSON output. */
export const publishedSchema = (name: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../docs/schemas/${name}`, import.meta.url), "utf8")) as Schema;

const understood = new Set([
  "$schema",
  "$id",
  "$defs",
  "$ref",
  "title",
  "description",
  "type",
  "enum",
  "pattern",
  "minimum",
  "required",
  "additionalProperties",
  "properties",
  "items",
  "anyOf",
  "oneOf",
]);

/** What of `value` breaks `schema`. Knows the keywords that the published schemas use, and refuses any other. */
export function violations(schema: Schema, value: unknown, root: Schema = schema, path = "$"): string[] {
  const strange = Object.keys(schema).filter((keyword) => !understood.has(keyword));
  if (strange.length > 0) throw new Error(`unknown keywords in the schema: ${strange.join(", ")}`);
  const of = (part: unknown, item: unknown, at: string): string[] => violations(part as Schema, item, root, at);
  const found: string[] = [];
  if (typeof schema["$ref"] === "string") found.push(...of(resolve(root, schema["$ref"]), value, path));
  const types = schema["type"] === undefined ? null : [schema["type"]].flat();
  if (types !== null && !types.some((type) => isOf(String(type), value)))
    found.push(`${path} is no ${types.join("/")}`);
  if (Array.isArray(schema["enum"]) && !schema["enum"].includes(value)) found.push(`${path} is not one of the values`);
  if (
    typeof schema["pattern"] === "string" &&
    typeof value === "string" &&
    !new RegExp(schema["pattern"]).test(value)
  ) {
    found.push(`${path} does not match ${schema["pattern"]}: ${value}`);
  }
  if (typeof schema["minimum"] === "number" && typeof value === "number" && value < schema["minimum"]) {
    found.push(`${path} is too small`);
  }
  if (Array.isArray(value) && schema["items"] !== undefined) {
    found.push(...value.flatMap((item, index) => of(schema["items"], item, `${path}[${index}]`)));
  }
  if (isOf("object", value)) found.push(...memberViolations(schema, value as Schema, path, of));
  for (const [keyword, wanted] of [
    ["anyOf", (n: number) => n > 0] as const,
    ["oneOf", (n: number) => n === 1] as const,
  ]) {
    const options = schema[keyword];
    if (!Array.isArray(options)) continue;
    const matching = options.filter((option) => of(option, value, path).length === 0).length;
    if (!wanted(matching)) found.push(`${path} matches ${matching} options of ${keyword}`);
  }
  return found;
}

function memberViolations(
  schema: Schema,
  value: Schema,
  path: string,
  of: (part: unknown, item: unknown, at: string) => string[],
): string[] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, unknown>>;
  const required = (schema["required"] ?? []) as readonly string[];
  const missing = required.filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`);
  const extra =
    schema["additionalProperties"] === false ? Object.keys(value).filter((name) => !(name in properties)) : [];
  return [
    ...missing,
    ...extra.map((name) => `${path}.${name} is not in the schema`),
    ...Object.entries(properties).flatMap(([name, part]) =>
      name in value ? of(part, value[name], `${path}.${name}`) : [],
    ),
  ];
}

function resolve(root: Schema, reference: string): Schema {
  const found = reference
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((node, key) => (node as Schema | undefined)?.[key], root);
  if (found === undefined) throw new Error(`the schema has no ${reference}`);
  return found as Schema;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
