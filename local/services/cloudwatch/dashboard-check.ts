/** One finding on a dashboard body, as the API names its members. */
export interface DashboardProblem {
  readonly DataPath: string;
  readonly Message: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** The problems of a value found at a path. Messages follow the style of those that AWS is known to give ("Should be …"). */
export type Check = (value: unknown, path: string) => DashboardProblem[];

export const problem = (path: string, message: string): DashboardProblem[] => [{ DataPath: path, Message: message }];

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const text: Check = (value, path) => (typeof value === "string" ? [] : problem(path, "Should be string"));

export const flag: Check = (value, path) => (typeof value === "boolean" ? [] : problem(path, "Should be boolean"));

export const numeric: Check = (value, path) =>
  typeof value === "number" && Number.isFinite(value) ? [] : problem(path, "Should be number");

export const whole =
  (min: number, max = Infinity): Check =>
  (value, path) => {
    if (typeof value !== "number" || !Number.isInteger(value)) return problem(path, "Should be integer");
    if (value < min) return problem(path, `Should be >= ${min}`);
    return value > max ? problem(path, `Should be <= ${max}`) : [];
  };

export const among =
  (...values: readonly string[]): Check =>
  (value, path) =>
    typeof value === "string" && values.includes(value)
      ? []
      : problem(path, `Should be equal to one of the allowed values: ${values.join(", ")}`);

export const like =
  (pattern: RegExp, means: string): Check =>
  (value, path) => {
    if (typeof value !== "string") return problem(path, "Should be string");
    return pattern.test(value) ? [] : problem(path, `Should match ${means}`);
  };

export const listOf =
  (item: Check, min = 0, max = Infinity): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return problem(path, "Should be array");
    if (value.length < min) return problem(path, `Should NOT have less than ${min} items`);
    if (value.length > max) return problem(path, `Should NOT have more than ${max} items`);
    return value.flatMap((each, index) => item(each, `${path}/${index}`));
  };

/** An object of known members. What else it has is a warning in AWS, not an error: see `unknownMembers`. */
export const object =
  (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value, path) => {
    if (!isObject(value)) return problem(path, "Should be object");
    const missing = Object.keys(required).flatMap((name) =>
      value[name] === undefined ? problem(path, `Should have required property '${name}'`) : [],
    );
    const wrong = Object.entries({ ...required, ...optional }).flatMap(([name, check]) =>
      value[name] === undefined ? [] : check(value[name], `${path}/${name}`),
    );
    return [...missing, ...wrong];
  };

export const unknownMembers = (value: unknown, known: readonly string[], path: string): DashboardProblem[] =>
  isObject(value)
    ? Object.keys(value)
        .filter((name) => !known.includes(name))
        .flatMap((name) => problem(path, `Should NOT have additional property '${name}'`))
    : [];
