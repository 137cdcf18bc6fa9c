import type { Attribution, AttributionRule, MatchName, MatchText } from "../../core/attribution/attribution.ts";
import { parseTemplate } from "../../core/attribution/template.ts";
import { textPattern } from "../../core/attribution/text-pattern.ts";
import type { WrittenRule } from "./attribution-schema.ts";
import { compileNamePattern } from "./compile-name-pattern.ts";

/** Compiles rules that were checked, each pattern once. */
export function attributionOf(written: readonly WrittenRule[]): Attribution {
  const rules = written.map(ruleOf);
  return { rules, labels: [...new Set(rules.flatMap((rule) => rule.set.map(([label]) => label)))].sort() };
}

const ruleOf = ({ match, set }: WrittenRule): AttributionRule => ({
  match: {
    interpreter: textsOf(match?.interpreter),
    name: match?.name === undefined ? null : nameOf(match.name),
    account: textsOf(match?.account),
    region: textsOf(match?.region),
    tags: Object.entries(match?.tag ?? {}).map(([key, value]) => [key, textPattern([value].flat())] as const),
    principal: textsOf(match?.principal),
  },
  set: Object.entries(set).map(([label, text]) => [label, parseTemplate(text) ?? []] as const),
});

const textsOf = (texts: string | readonly string[] | undefined): MatchText | null =>
  texts === undefined ? null : textPattern([texts].flat());

function nameOf(pattern: string): MatchName {
  const compiled = compileNamePattern(pattern);
  if ("problem" in compiled) throw new RangeError(`a pattern that was not checked: ${compiled.problem}`);
  return compiled.match;
}
