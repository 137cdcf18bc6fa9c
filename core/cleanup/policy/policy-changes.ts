import { durationText } from "../../kernel/duration-text.ts";
import type { Policy, PolicySet, Protection } from "./policy.ts";

/** What is in force otherwise than before, a line each; empty where nothing is. */
export function policyChanges(before: PolicySet, after: PolicySet): readonly string[] {
  const old = new Map(before.policies.map((policy) => [policy.id, policy]));
  const now = new Map(after.policies.map((policy) => [policy.id, policy]));
  return [
    ...after.policies.flatMap((policy) => changesOf(old.get(policy.id), policy)),
    ...before.policies.filter(({ id }) => !now.has(id)).map(({ id }) => `policy ${id} is gone`),
    ...protectionChanges(before.protections, after.protections),
    ...(before.invocationStamp === after.invocationStamp
      ? []
      : [`invocationStamp: ${before.invocationStamp} → ${after.invocationStamp}`]),
  ];
}

function changesOf(before: Policy | undefined, after: Policy): readonly string[] {
  const { id, hash, mode } = after;
  if (before === undefined) return [`policy ${id} is new (${mode})`];
  const told = [
    ...(before.mode === mode ? [] : [`${before.mode} → ${mode}`]),
    ...times.flatMap((name) => {
      const [was, is] = [before[`${name}Ms`], after[`${name}Ms`]];
      return was === is ? [] : [`${name} ${timeText(was)} → ${timeText(is)}`];
    }),
    ...values.flatMap((name) => (before[name] === after[name] ? [] : [`${name} ${before[name]} → ${after[name]}`])),
    ...(JSON.stringify(before.breaker) === JSON.stringify(after.breaker) ? [] : ["another breaker"]),
    ...(JSON.stringify(matchText(before)) === JSON.stringify(matchText(after)) ? [] : ["it matches others"]),
  ];
  if (told.length > 0) return [`policy ${id}: ${told.join(", ")}`];
  return before.hash === hash ? [] : [`policy ${id} changed (${mode})`];
}

const times = ["idleAfter", "minAge", "maxAge", "skipIfExpiresWithin"] as const;
const values = ["evidence", "maxAgeStopsBusy", "maxStopsPerPass"] as const;

const timeText = (ms: number | null): string => (ms === null ? "none" : durationText(ms));

const matchText = ({ match }: Pick<Policy, "match">) => ({ ...match, name: match.name?.text ?? null });

function protectionChanges(before: readonly Protection[], after: readonly Protection[]): readonly string[] {
  const old = new Set(before.map(textOf));
  const now = new Set(after.map(textOf));
  const added = [...now].filter((text) => !old.has(text)).length;
  const gone = [...old].filter((text) => !now.has(text)).length;
  return [
    ...(added === 0 ? [] : [`${counted(added)} new`]),
    ...(gone === 0 ? [] : [`${counted(gone)} no longer there`]),
  ];
}

/** Why it was made is not what it protects, and a new reason protects nothing else. */
const textOf = ({ match, source, until }: Protection): string => JSON.stringify([matchText({ match }), source, until]);

const counted = (count: number): string => (count === 1 ? "1 protection is" : `${count} protections are`);
