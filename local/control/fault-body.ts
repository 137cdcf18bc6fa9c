import { type FaultKind, faultKinds } from "../fault-kind.ts";
import type { FaultRule } from "../faults.ts";
import type { OperationDefinition } from "../service.ts";
import { canShow } from "../wire/fault-scope.ts";
import { parseBody } from "./parse-body.ts";

type Check = { readonly accepts: (value: unknown) => boolean; readonly wanted: string };

const text: Check = {
  accepts: (value) => typeof value === "string" && value !== "",
  wanted: "text",
};
const whole = (min: number, max: number): Check => ({
  accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  wanted: `a whole number from ${min} to ${max}`,
});

const members: Readonly<Record<keyof FaultRule, Check>> = {
  kind: { accepts: (value) => faultKinds.includes(value as FaultKind), wanted: `one of ${faultKinds.join(", ")}` },
  operation: { ...text, wanted: "an operation's name, for example ListCodeInterpreterSessions" },
  region: { ...text, wanted: "a Region, for example us-east-1" },
  account: {
    accepts: (value) => typeof value === "string" && /^\d{12}$/.test(value),
    wanted: "an account of 12 digits, as text",
  },
  probability: {
    accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
    wanted: "a number from 0 to 1",
  },
  times: whole(1, 1_000_000),
  everyNth: whole(1, 1_000_000),
  status: whole(500, 599),
  delayMs: whole(0, 120_000),
};

/** Every operation by its name. */
type Operations = ReadonlyMap<string, OperationDefinition>;

/** The rules of a request to add faults, or every problem in it. `operations` are those that a rule may name. */
export function readFaults(
  body: Buffer,
  operations: Operations,
): { readonly faults: readonly FaultRule[] } | { readonly problems: readonly string[] } {
  const parsed = parseBody(body, '{"faults":[{"kind":"throttle","operation":"ListCodeInterpreterSessions"}]}');
  if ("problems" in parsed) return parsed;
  const rules: unknown = parsed.value["faults"];
  if (!Array.isArray(rules))
    return { problems: ['faults must be a list, for example {"faults":[{"kind":"throttle"}]}'] };
  const problems = rules.flatMap((rule, index) => problemsOfRule(rule, `faults[${index}]`, operations));
  return problems.length > 0 ? { problems } : { faults: rules as readonly FaultRule[] };
}

function problemsOfRule(rule: unknown, at: string, operations: Operations): string[] {
  if (typeof rule !== "object" || rule === null || Array.isArray(rule)) return [`${at} must be a JSON object`];
  const given = rule as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given)
    .filter((name) => !(name in members))
    .map((name) => `${at}.${name} is not known (known: ${Object.keys(members).join(", ")})`);
  const wrong = Object.entries(members).flatMap(([name, check]) => {
    const value = given[name];
    if (value === undefined) return name === "kind" ? [`${at}.kind is missing: ${check.wanted}`] : [];
    return check.accepts(value) ? [] : [`${at}.${name} must be ${check.wanted}`];
  });
  return [...unknown, ...wrong, ...(wrong.length > 0 ? [] : unseen(rule as FaultRule, at, operations))];
}

/** A rule that no client would ever see, such as one of a misspelt operation, makes a test that proves nothing. */
function unseen({ kind, operation: name }: FaultRule, at: string, operations: Operations): string[] {
  if (name === undefined) return [];
  const operation = operations.get(name);
  if (operation === undefined) {
    return [`${at}.operation "${name}" is not known (known: ${[...operations.keys()].sort().join(", ")})`];
  }
  return canShow(kind, name, operation) ? [] : [`${at}: ${kind} would never show in an answer of ${name}`];
}
