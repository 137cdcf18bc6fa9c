import { isCollection, isScalar, LineCounter, type ParsedNode, parseDocument } from "yaml";
import type { z } from "zod";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { nearestOf } from "./nearest.ts";

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

type Path = readonly PropertyKey[];

/** Reads the text of a configuration file; every problem at once, each with its line. */
export function parseConfig(text: string, file: string): ParsedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    return { ok: false, problems: document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`) };
  }
  const parsed = configSchema.safeParse(document.toJS() ?? {});
  const lineOf = (path: Path): string => at(offsetOf(document.contents, path));
  const problems = parsed.success
    ? crossProblems(parsed.data).map((problem) => `${lineOf(problem.path)}: ${problem.message}`)
    : parsed.error.issues.flatMap((issue) => issueProblems(issue, lineOf));
  return problems.length === 0 && parsed.success ? { ok: true, config: parsed.data } : { ok: false, problems };
}

function issueProblems(issue: z.core.$ZodIssue, lineOf: (path: Path) => string): readonly string[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map(
      (key) =>
        `${lineOf([...issue.path, key])}: unknown key "${nameOf([...issue.path, key])}"${nearestOf(key, known)} (known: ${known.join(", ")})`,
    );
  }
  // A list of Regions fails both ways of writing `regions`: what is wrong within the list is what helps.
  if (issue.code === "invalid_union") {
    const within = issue.errors.flat().filter((inner) => inner.path.length > 0);
    if (within.length > 0) {
      return within.flatMap((inner) => issueProblems({ ...inner, path: [...issue.path, ...inner.path] }, lineOf));
    }
  }
  const name = nameOf(issue.path);
  return [`${lineOf(issue.path)}: ${name === "" ? "the file" : name} ${issue.message}`];
}

interface CrossProblem {
  readonly path: Path;
  readonly message: string;
}

/** Rules between members: a warning that comes after its critical is none. */
function crossProblems(config: Config): readonly CrossProblem[] {
  const { warning, critical } = config.thresholds ?? {};
  const problems: CrossProblem[] = [];
  const [warningPct, criticalPct] = [
    warning?.utilizationPct ?? defaultThresholds.warning.utilizationPct,
    critical?.utilizationPct ?? defaultThresholds.critical.utilizationPct,
  ];
  if (warningPct >= criticalPct) {
    problems.push({
      path: ["thresholds", warning?.utilizationPct === undefined ? "critical" : "warning", "utilizationPct"],
      message: `thresholds.warning.utilizationPct (${warningPct}) must be less than thresholds.critical.utilizationPct (${criticalPct})`,
    });
  }
  const [warningLeft, criticalLeft] = [
    warning?.left ?? defaultThresholds.warning.left,
    critical?.left ?? defaultThresholds.critical.left,
  ];
  if (warningLeft <= criticalLeft) {
    problems.push({
      path: ["thresholds", warning?.left === undefined ? "critical" : "warning", "left"],
      message: `thresholds.warning.left (${warningLeft}) must be more than thresholds.critical.left (${criticalLeft})`,
    });
  }
  return problems;
}

const keysBy: readonly { readonly path: RegExp; readonly keys: readonly string[] }[] = [
  { path: /^$/, keys: ["regions", "rateShare", "requestsPerSecond", "thresholds", "limits"] },
  { path: /^thresholds$/, keys: ["warning", "critical"] },
  { path: /^thresholds\.\w+$/, keys: ["utilizationPct", "left"] },
  { path: /^limits\[\d+\]$/, keys: ["quota", "limit", "account", "region"] },
];

const knownKeys = (path: Path): readonly string[] => keysBy.find((entry) => entry.path.test(nameOf(path)))?.keys ?? [];

const nameOf = (path: Path): string =>
  path.reduce<string>(
    (name, part) =>
      typeof part === "number" ? `${name}[${part}]` : name === "" ? String(part) : `${name}.${String(part)}`,
    "",
  );

/** Where a member stands in the text: its key where it has one, or the nearest thing around it that is there. */
function offsetOf(root: ParsedNode | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const part of path) {
    if (!isCollection(node)) break;
    const pair = node.items.find((item, index) =>
      typeof part === "number" ? index === part : isPairOf(item, String(part)),
    );
    if (pair === undefined) break;
    const key = typeof part === "number" ? pair : (pair as { key: unknown }).key;
    offset = (key as { range?: readonly number[] }).range?.[0] ?? offset;
    node = typeof part === "number" ? pair : (pair as { value: unknown }).value;
  }
  return offset;
}

const isPairOf = (item: unknown, key: string): boolean => {
  const own = (item as { key?: unknown }).key;
  return isScalar(own) && String(own.value) === key;
};
