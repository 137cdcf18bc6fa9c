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
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the text of a configuration file; every problem at once, each with its line. */
export function parseConfig(text: string, file: string): ParsedConfig {
  const located = locateText(text, file);
  if (!located.ok) return located;
  const parsed = configSchema.safeParse(located.value);
  const problems = parsed.success
    ? crossProblems(parsed.data).map((problem) => `${located.at(problem.path)}: ${problem.message}`)
    : parsed.error.issues.flatMap((issue) => issueProblems(issue, knownKeys, located.at));
  return problems.length === 0 && parsed.success ? { ok: true, config: parsed.data } : { ok: false, problems };
}

/** Rules between members: a warning that comes after its critical is none. */
function crossProblems(config: Config): readonly CrossProblem[] {
  const { warning, critical } = config.thresholds ?? {};
  const problems: CrossProblem[] = [...budgetProblems(config)];
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
  { path: /^cleanup$/, keys: ["bounds"] },
  { path: /^cleanup\.bounds$/, keys: policyBoundsKeys },
  { path: /^cleanup\.bounds\.neverStop\[\d+\]$/, keys: matchKeys },
  { path: /^budgets\[\d+\]$/, keys: ["id", "by", "value", "window", "usd", "thresholds", "closePct"] },
];
