import {
  type Attribution,
  type AttributionFacts,
  type Labels,
  labelsOf,
  type RuleOutcome,
  renderedValue,
  ruleOutcome,
  unattributed,
} from "../../core/attribution/attribution.ts";
import { painter } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

/** docs/schemas/attribution.schema.json. Rules count from 1, as they stand in the configuration. */
export interface Explanation {
  readonly labels: Labels;
  readonly rules: readonly {
    readonly rule: number;
    readonly matched: boolean;
    /** What did not hold; null where all did. */
    readonly because: string | null;
    /** What each label would be by this rule; `used` where no rule before it said so. */
    readonly sets: readonly { readonly label: string; readonly value: string | null; readonly used: boolean }[];
  }[];
}

export function explainAttribution(attribution: Attribution, facts: AttributionFacts): Explanation {
  const taken = new Set<string>();
  const rules = attribution.rules.map((rule, index) => {
    const outcome = ruleOutcome(rule, facts);
    const sets = !outcome.matched
      ? []
      : rule.set.map(([label, template]) => {
          const value = renderedValue(template, outcome.groups);
          const used = value !== null && !taken.has(label);
          if (used) taken.add(label);
          return { label, value, used };
        });
    return { rule: index + 1, matched: outcome.matched, because: becauseOf(outcome), sets };
  });
  return { labels: labelsOf(attribution, (rule) => ruleOutcome(rule, facts)), rules };
}

function becauseOf(outcome: RuleOutcome): string | null {
  if (outcome.matched) return null;
  const { because, unknown } = outcome;
  if (because === "tags") return unknown ? "tags are not known" : "tags do not match";
  return unknown ? `${because} is not known` : `${because} does not match`;
}

export function explanationText({ labels, rules }: Explanation, terminal: Terminal): string {
  const paint = painter(terminal.color);
  const width = terminal.color ? terminal.columns : null;
  const setBy = (label: string): string => {
    const rule = rules.find((item) => item.sets.some((set) => set.label === label && set.used));
    return rule === undefined ? "no rule" : `rule ${rule.rule}`;
  };
  const values = renderTable(
    [{ title: "LABEL" }, { title: "VALUE", shrinkTo: 10 }, { title: "SET BY" }],
    Object.entries(labels).map(([label, value]) => [
      { text: label },
      { text: value, style: value === unattributed ? "yellow" : "plain" },
      { text: setBy(label) },
    ]),
    width,
    paint,
  );
  const tried = renderTable(
    [{ title: "RULE", align: "right" }, { title: "OUTCOME" }, { title: "SETS", shrinkTo: 10 }],
    rules.map(({ rule, matched, because, sets }) => [
      { text: String(rule) },
      { text: matched ? "matches" : (because ?? "") },
      { text: sets.map(({ label, value, used }) => setText(label, value, used)).join(", ") || "-" },
    ]),
    width,
    paint,
  );
  return rules.length === 0
    ? "No rules: every cost is unattributed. Write them under `attribution` (docs/attribution.md).\n"
    : `${values}\n${tried}`;
}

const setText = (label: string, value: string | null, used: boolean): string =>
  value === null ? `${label} comes out empty` : used ? `${label} = ${value}` : `${label} = ${value} (already set)`;
