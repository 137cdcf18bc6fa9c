import { durationText } from "../../kernel/duration-text.ts";
import { type Instant, isoOf } from "../../kernel/instant.ts";
import { specificityOf } from "./choose-policy.ts";
import type { NamePattern, Policy, PolicySet, Protection, SessionMatch } from "./policy.ts";
import { isInForce, lapsingProtections } from "./protections.ts";

/** Something that is allowed, and probably not meant. */
export interface PolicyWarning {
  readonly code: "no-policies" | "tie" | "shadowed" | "protected" | "protection-expired" | "protection-lapsing";
  readonly message: string;
}

export function policyWarnings(
  { policies, protections }: PolicySet,
  warnBeforeMs: number,
  now: Instant,
): readonly PolicyWarning[] {
  return [
    ...(policies.length === 0 ? [noPolicies] : []),
    ...policies.flatMap((policy, index) => tiesOf(policy, policies.slice(index + 1))),
    ...policies.flatMap((policy) => shadowOf(policy, policies)),
    ...policies.flatMap((policy) => protectedBy(policy, protections, now)),
    ...protections.filter((item) => !isInForce(item, now)).map(expired),
    ...lapsingProtections(protections, now, warnBeforeMs).map((item) => lapsing(item, now)),
  ];
}

const noPolicies: PolicyWarning = {
  code: "no-policies",
  message: "no policy is about any session: each is kept, as no-policy",
};

/** Two patterns of which nobody can say that no name matches both. Policies that differ in an id never meet. */
const tiesOf = (policy: Policy, others: readonly Policy[]): readonly PolicyWarning[] =>
  others
    .filter(
      (other) =>
        specificityOf(policy.match) === specificityOf(other.match) &&
        agrees(policy.match, other.match) &&
        mayBothMatch(policy.match.name, other.match.name),
    )
    .map((other) => ({
      code: "tie",
      message: `policies ${policy.id} and ${other.id} are as specific as each other: a session whose name matches both patterns has no policy, and is kept`,
    }));

/** Only a pattern that matches every name outweighs a policy by more members: it leaves it the sessions without a name. */
function shadowOf(policy: Policy, others: readonly Policy[]): readonly PolicyWarning[] {
  const by = others.find(
    ({ match }) =>
      specificityOf(match) > specificityOf(policy.match) &&
      match.name !== null &&
      matchesAnything(match.name) &&
      covers({ ...match, name: null }, policy.match),
  );
  if (by === undefined) return [];
  const left = policy.match.name === null ? "only sessions without a name are left to it" : "no session is left to it";
  return [
    { code: "shadowed", message: `policy ${policy.id} is shadowed by ${by.id}, which matches every name: ${left}` },
  ];
}

function protectedBy(policy: Policy, protections: readonly Protection[], now: Instant): readonly PolicyWarning[] {
  const by = protections.find((item) => isInForce(item, now) && covers(item.match, policy.match));
  if (by === undefined) return [];
  const until = by.until === null ? "" : ` until ${isoOf(by.until)}`;
  return [{ code: "protected", message: `every session of policy ${policy.id} is protected${until}: ${by.why}` }];
}

const expired = ({ until, why }: Protection): PolicyWarning => ({
  code: "protection-expired",
  message: `the protection "${why}" has expired${until === null ? "" : ` at ${isoOf(until)}`}: take it out, or give it a later end`,
});

const lapsing = ({ until, why }: Protection, now: Instant): PolicyWarning => ({
  code: "protection-lapsing",
  message: `the protection "${why}" lapses in ${durationText((until ?? now) - now)}`,
});

/** Whether `narrow` matches only sessions that `wide` matches, as far as ids and equal patterns show. */
const covers = (wide: SessionMatch, narrow: SessionMatch): boolean =>
  (wide.account === null || wide.account === narrow.account) &&
  (wide.region === null || wide.region === narrow.region) &&
  (wide.interpreter === null || wide.interpreter === narrow.interpreter) &&
  (wide.session === null || wide.session === narrow.session) &&
  (wide.name === null || wide.name.text === narrow.name?.text);

const agrees = (a: SessionMatch, b: SessionMatch): boolean =>
  a.account === b.account && a.region === b.region && a.interpreter === b.interpreter && a.session === b.session;

function mayBothMatch(a: NamePattern | null, b: NamePattern | null): boolean {
  if (a === null || b === null) return a === b;
  const [first, second] = [prefixOf(a.text), prefixOf(b.text)];
  if (first === null || second === null) return true;
  return first.startsWith(second) || second.startsWith(first);
}

/** What every name that matches begins with; null where the pattern does not say so plainly. */
function prefixOf(pattern: string): string | null {
  if (pattern.includes("|")) return null;
  const [, prefix, next] = /^\^([\w -]*)(.?)/.exec(pattern) ?? [];
  if (prefix === undefined) return null;
  // What is repeated may be absent.
  return next === "*" || next === "?" || next === "{" ? prefix.slice(0, -1) : prefix;
}

/** A pattern that matches each of these was meant to match all. */
const anyNames: readonly string[] = ["x", "Z9", "-", " ", "etl-prod-7", "ein Name", "名前", "_.:/"];
const matchesAnything = (pattern: NamePattern): boolean => anyNames.every((name) => pattern.matches(name));
