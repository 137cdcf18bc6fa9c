import { among, type Check, flag, isObject, like, object, problem, text, whole } from "./dashboard-check.ts";
import { parseExpression } from "./math-parse.ts";
import { statisticOf } from "./statistic.ts";

export const color = like(/^#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?(?:[0-9a-fA-F]{2})?$/, "a color such as #ff0000");
export const region = like(/^[a-z]{2}(?:-[a-z]+)+-\d+$/, "a Region");
export const accountId = like(/^\d{12}$/, "an account of 12 digits");

/** A statistic of a metric, or one of CloudWatch's trimmed and ranked ones, which only a widget draws. */
export const stat: Check = (value, path) => {
  if (typeof value !== "string") return problem(path, "Should be string");
  const ranked = /^(?:p|tm|wm|tc|ts)\d{1,2}(?:\.\d+)?$|^(?:tm|wm|tc|ts|pr)\(.*:.*\)$|^p100$|^iqm$/i;
  return statisticOf(value) !== null || ranked.test(value) ? [] : problem(path, "Should be a statistic");
};

/** 1, 5, 10, 20, 30 or a multiple of 60 seconds. */
export const period: Check = (value, path) => {
  const wrong = whole(1)(value, path);
  if (wrong.length > 0 || typeof value !== "number") return wrong;
  return value % 60 === 0 || [1, 5, 10, 20, 30].includes(value)
    ? []
    : problem(path, "Should be 1, 5, 10, 20, 30 or multiple of 60");
};

const rendering = {
  accountId,
  color,
  id: like(/^[a-z][a-zA-Z0-9_]*$/, "an id that begins with a small letter"),
  label: text,
  period,
  region,
  stat,
  visible: flag,
  yAxis: among("left", "right"),
};
const metricRenderer = object({}, rendering);
const { stat: _stat, ...ofExpression } = rendering;
const expressionRenderer = object({ expression: text }, ofExpression);

/**
 * The `metrics` array of a metric widget: each item is `[namespace, name, dimension, value, …, renderer?]`, where `.`
 * repeats the field above it and `...` all fields but the last given ones, or `[{"expression": …}]`.
 */
export const metrics: Check = (value, path) => {
  if (!Array.isArray(value)) return problem(path, "Should be array");
  if (value.length > 500) return problem(path, "Should NOT have more than 500 items");
  const problems = [];
  let above: readonly string[] = [];
  for (const [index, item] of value.entries()) {
    const at = `${path}/${index}`;
    const { found, fields } = metricProblems(item, at, above);
    problems.push(...found);
    if (fields !== null) above = fields;
  }
  return [...problems, ...duplicateIds(value, path)];
};

function metricProblems(item: unknown, at: string, above: readonly string[]) {
  if (!Array.isArray(item)) {
    return {
      found: problem(
        at,
        'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element',
      ),
      fields: null,
    };
  }
  const last: unknown = item.at(-1);
  const renderer = isObject(last) ? last : null;
  const written: unknown[] = renderer === null ? item : item.slice(0, -1);
  if (renderer !== null && "expression" in renderer) {
    const extra = written.length > 0 ? problem(at, "Should NOT have more than 1 items") : [];
    return { found: [...extra, ...expressionProblems(renderer, `${at}/0`)], fields: null };
  }
  const wrong = written.flatMap((field, index) =>
    typeof field === "string"
      ? []
      : problem(`${at}/${index}`, "Invalid metric field type, only 'String' type is allowed"),
  );
  if (wrong.length > 0) return { found: wrong, fields: null };
  const fields = expanded(written as string[], above);
  if (fields === null) return { found: problem(at, "Invalid use of '.' or '...': no metric above to repeat"), fields };
  if (fields.length < 2) return { found: problem(at, "Should NOT have less than 2 items"), fields: null };
  const names = fields.filter((_, index) => index % 2 === 0).slice(1);
  const odd = fields.length % 2 === 1 ? problem(at, `Should NOT have more than ${fields.length - 1} items`) : [];
  const twice = new Set(names).size < names.length ? problem(at, "Should NOT have the same dimension twice") : [];
  const many = names.length > 30 ? problem(at, "Should NOT have more than 30 dimensions") : [];
  const drawn = renderer === null ? [] : rendererProblems(renderer, at, written.length);
  return { found: [...odd, ...twice, ...many, ...drawn], fields };
}

/** AWS refuses an unknown member of a renderer, and says it as one item too many. */
function rendererProblems(renderer: Readonly<Record<string, unknown>>, at: string, before: number) {
  if (Object.keys(renderer).some((name) => !(name in rendering))) {
    return problem(at, `Should NOT have more than ${before} items`);
  }
  return metricRenderer(renderer, `${at}/${before}`);
}

function expressionProblems(renderer: Readonly<Record<string, unknown>>, at: string) {
  const found = expressionRenderer(renderer, at);
  const { expression } = renderer;
  // Searches and the functions that only a widget draws have the same grammar; which functions exist is not checked.
  if (found.length > 0 || typeof expression !== "string") return found;
  return isReadable(expression) ? [] : problem(`${at}/expression`, "Should be a valid expression");
}

function isReadable(expression: string): boolean {
  try {
    parseExpression(expression);
    return true;
  } catch {
    return false;
  }
}

/** Null where there is nothing above to repeat. */
function expanded(written: readonly string[], above: readonly string[]): readonly string[] | null {
  if (written[0] === "...") {
    const given = written.slice(1);
    return above.length < given.length || above.length === 0
      ? null
      : [...above.slice(0, above.length - given.length), ...given];
  }
  const fields = written.map((field, index) => (field === "." ? above[index] : field));
  return fields.every((field) => field !== undefined) ? (fields as readonly string[]) : null;
}

function duplicateIds(items: readonly unknown[], path: string) {
  const ids = items.flatMap((item) => {
    const last: unknown = Array.isArray(item) ? item.at(-1) : null;
    const { id } = isObject(last) ? last : {};
    return typeof id === "string" ? [id] : [];
  });
  return new Set(ids).size < ids.length ? problem(path, "Should NOT have duplicate ids") : [];
}
