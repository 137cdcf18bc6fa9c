import { cleanupKeys } from "../../adapters/config/cleanup-schema.ts";
import { policyBoundsKeys } from "../../adapters/config/policy-bounds-schema.ts";
import { matchKeys } from "../../adapters/config/policy-match-schema.ts";
import { priceRowKeys } from "../../adapters/config/price-rows-schema.ts";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { budgetProblems, type CrossProblem } from "./budget-problems.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { issueProblems, type KnownKeys } from "./issue-problems.ts";
import { locateText } from "./locate.ts";

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  /** `sound`: the sections that are in order, so that what they refer to is looked at too. */
  | { readonly ok: false; readonly problems: readonly string[]; readonly sound: Config };

/** Reads the text of a configuration file; every problem at once, each with its line, in their order. */
export function parseConfig(text: string, file: string): ParsedConfig {
  const located = locateText(text, file);
  if (!located.ok) return { ...located, sound: {} };
  const parsed = configSchema.safeParse(located.value);
  const sound = parsed.success ? parsed.data : soundParts(located.value);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => issueProblems(issue, knownKeys, located.at))),
    ...crossProblems(sound, located.value).map((problem) => `${located.at(problem.path)}: ${problem.message}`),
  ];
  if (problems.length === 0 && parsed.success) return { ok: true, config: parsed.data };
  const lineOf = (problem: string): number => Number.parseInt(problem.slice(file.length + 1), 10);
  return { ok: false, problems: problems.toSorted((a, b) => lineOf(a) - lineOf(b)), sound };
}

/** One section that is wrong hides nothing of the others. */
function soundParts(value: unknown): Config {
  if (typeof value !== "object" || value === null) return {};
  const sections = Object.entries(value).filter(([key, section]) => configSchema.safeParse({ [key]: section }).success);
  const parsed = configSchema.safeParse(Object.fromEntries(sections));
  return parsed.success ? parsed.data : {};
}

/** Rules between members: a warning that comes after its critical is none. */
function crossProblems({ thresholds }: Config, written: unknown): readonly CrossProblem[] {
  const { warning, critical } = thresholds ?? {};
  const problems: CrossProblem[] = [...budgetProblems(written)];
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

const knownKeys: KnownKeys = [
  {
    path: /^$/,
    places: [""],
    keys: [
      ...["regions", "rateShare", "requestsPerSecond", "thresholds", "limits", "prices", "attribution", "budgets"],
      ...["usage", "history", "trail", "cleanup"],
    ],
  },
  { path: /^thresholds$/, places: ["thresholds"], keys: ["warning", "critical"] },
  {
    path: /^thresholds\.\w+$/,
    places: ["thresholds.warning", "thresholds.critical"],
    keys: ["utilizationPct", "left"],
  },
  { path: /^limits\[\d+\]$/, keys: ["quota", "limit", "account", "region"] },
  { path: /^usage$/, places: ["usage"], keys: ["from", "logGroup", "aggregateAbove", "backfill", "gb", "idleVcpu"] },
  { path: /^prices$/, places: ["prices"], keys: ["file", "rows"] },
  { path: /^prices\.rows\[\d+\]$/, keys: priceRowKeys },
  { path: /^attribution\[\d+\]$/, keys: ["match", "set"] },
  { path: /^attribution\[\d+\]\.match$/, keys: ["interpreter", "name", "account", "region", "tag", "principal"] },
  { path: /^cleanup$/, places: ["cleanup"], keys: cleanupKeys.cleanup },
  { path: /^cleanup\.switch$/, keys: cleanupKeys.switch },
  { path: /^cleanup\.stopper$/, keys: cleanupKeys.stopper },
  { path: /^cleanup\.cap$/, keys: cleanupKeys.cap },
  { path: /^cleanup\.regret$/, keys: cleanupKeys.regret },
  { path: /^cleanup\.bounds$/, keys: policyBoundsKeys },
  { path: /^cleanup\.bounds\.neverStop\[\d+\]$/, keys: matchKeys },
  { path: /^budgets\[\d+\]$/, keys: ["id", "by", "value", "window", "usd", "thresholds", "closePct"] },
];
