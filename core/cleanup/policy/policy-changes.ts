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

function changesOf(before: Policy | undefined, { id, hash, mode }: Policy): readonly string[] {
  if (before === undefined) return [`policy ${id} is new (${mode})`];
  if (before.mode !== mode) return [`policy ${id}: ${before.mode} → ${mode}`];
  return before.hash === hash ? [] : [`policy ${id} changed (${mode})`];
}

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
const textOf = ({ match, source, until }: Protection): string =>
  JSON.stringify([{ ...match, name: match.name?.text ?? null }, source, until]);

const counted = (count: number): string => (count === 1 ? "1 protection is" : `${count} protections are`);
