import type { AccountId, InterpreterId, Region } from "../kernel/ids.ts";

/** What is known of a session that rules can match. All texts but account and Region are other people's: untrusted. */
export interface AttributionFacts {
  readonly account: AccountId;
  readonly region: Region;
  readonly interpreter: InterpreterId;
  /** Null where the session has none, or it is not known. */
  readonly name: string | null;
  /** Tags of the interpreter; null where they were not read. */
  readonly tags: Readonly<Record<string, string>> | null;
  /** Who started the session, from CloudTrail; null where it is not known. */
  readonly principal: string | null;
}

/** Matches a whole text. */
export type MatchText = (text: string) => boolean;

/**
 * A compiled regular expression: the named groups of its first match in a name, or null where there is none. A group that
 * took no part is left out. The adapter promises linear time, whatever the pattern and the name.
 */
export type MatchName = (name: string) => Readonly<Record<string, string>> | null;

/** All of them have to hold; a condition that is null always does. */
interface RuleMatch {
  readonly interpreter: MatchText | null;
  readonly name: MatchName | null;
  readonly account: MatchText | null;
  readonly region: MatchText | null;
  /** Each of these tags has to be there, with a matching value. */
  readonly tags: readonly (readonly [key: string, value: MatchText])[];
  readonly principal: MatchText | null;
}

/** A text with places for named groups. */
export type Template = readonly (string | { readonly group: string })[];

export interface AttributionRule {
  readonly match: RuleMatch;
  readonly set: readonly (readonly [label: string, template: Template])[];
}

export interface Attribution {
  /** In order: for each label, the first rule that matches and gives it a value wins. */
  readonly rules: readonly AttributionRule[];
  /** Every label that some rule sets, sorted. */
  readonly labels: readonly string[];
}

/** The value of a label that no rule has set. No rule can set it. */
export const unattributed = "unattributed";

/** Names are 1 to 100 characters long: what is longer is no name of the service, and is cut. */
const longestName = 100;
const longestValue = 100;

/** Exactly one value for each label of `attribution`, so that shares of anything by any label add up to the whole. */
export type Labels = Readonly<Record<string, string>>;

export function attribute(attribution: Attribution, facts: AttributionFacts): Labels {
  return labelsOf(attribution, (rule) => ruleOutcome(rule, facts));
}

/** Which condition of a rule failed first, or the groups of the name where all held. */
export type RuleOutcome =
  | { readonly matched: true; readonly groups: Readonly<Record<string, string>> }
  | { readonly matched: false; readonly because: keyof RuleMatch; readonly unknown: boolean };

export function ruleOutcome({ match }: AttributionRule, facts: AttributionFacts): RuleOutcome {
  const failed = (because: keyof RuleMatch, unknown = false): RuleOutcome => ({ matched: false, because, unknown });
  if (match.account !== null && !match.account(facts.account)) return failed("account");
  if (match.region !== null && !match.region(facts.region)) return failed("region");
  if (match.interpreter !== null && !match.interpreter(facts.interpreter)) return failed("interpreter");
  if (match.principal !== null && !(facts.principal !== null && match.principal(facts.principal))) {
    return failed("principal", facts.principal === null);
  }
  if (match.tags.length > 0) {
    const { tags } = facts;
    if (tags === null) return failed("tags", true);
    if (!match.tags.every(([key, value]) => Object.hasOwn(tags, key) && value(tags[key] ?? ""))) return failed("tags");
  }
  if (match.name === null) return { matched: true, groups: {} };
  const groups = facts.name === null ? null : match.name(cut(facts.name, longestName));
  return groups === null ? failed("name", facts.name === null) : { matched: true, groups };
}

export function labelsOf(attribution: Attribution, outcomeOf: (rule: AttributionRule) => RuleOutcome): Labels {
  const found = new Map<string, string>();
  for (const rule of attribution.rules) {
    if (found.size === attribution.labels.length) break;
    if (rule.set.every(([label]) => found.has(label))) continue;
    const outcome = outcomeOf(rule);
    if (!outcome.matched) continue;
    for (const [label, template] of rule.set) {
      const value = found.has(label) ? null : renderedValue(template, outcome.groups);
      if (value !== null) found.set(label, value);
    }
  }
  return Object.fromEntries(attribution.labels.map((label) => [label, found.get(label) ?? unattributed]));
}

/** Null where it comes out blank, or as the one word that says that nobody was found: then the next rule is asked. */
export function renderedValue(template: Template, groups: Readonly<Record<string, string>>): string | null {
  const text = template
    .map((part) => {
      if (typeof part === "string") return part;
      return Object.hasOwn(groups, part.group) ? (groups[part.group] ?? "") : "";
    })
    .join("");
  const value = cut(text.toWellFormed().trim(), longestValue).trim();
  return value === "" || value === unattributed ? null : value;
}

/** At most so many characters, never half of one. */
const cut = (text: string, length: number): string =>
  text.length <= length ? text : Array.from(text).slice(0, length).join("");
