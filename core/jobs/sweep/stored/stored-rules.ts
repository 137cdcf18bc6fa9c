import type { DecideSettings } from "../../../cleanup/decision/decide.ts";
import type { Policy, PolicySet } from "../../../cleanup/policy/policy.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import { array, at, boolean, integer, object, oneOf, orNull, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

/** By what a session was decided on: enough to decide again. Whom the policy matches is not in it. */
export interface Rules extends DecideSettings {
  readonly policy: Omit<Policy, "match">;
}

const nameOf = (hash: string): string => `cleanup/rules/${hash}`;
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/**
 * Keeps policies by their hashes, and by which settings they were applied from when on. Throws `RegistryError`, also where others were always
 * faster: what is not kept must stop nothing, as nobody could explain it.
 */
export async function rememberRules(
  documents: Documents,
  input: DecideSettings & { readonly policies: PolicySet },
  now: Instant,
): Promise<void> {
  const { invocationStamp, idleVcpu } = input;
  for (const { match: _, ...policy } of input.policies.policies) {
    await remember(documents, policy, { invocationStamp, idleVcpu }, now);
  }
}

async function remember(
  documents: Documents,
  policy: Rules["policy"],
  { invocationStamp, idleVcpu }: DecideSettings,
  now: Instant,
): Promise<void> {
  const name = nameOf(policy.hash);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const before = document === null ? [] : settingsOf(policy.hash, document.text);
    const last = before.at(-1);
    if (last?.invocationStamp === invocationStamp && last.idleVcpu === idleVcpu) return;
    const settings = [...before, { invocationStamp, idleVcpu, from: now }];
    const text = JSON.stringify({ policy, settings });
    if ((await documents.write(name, { revision: document?.revision ?? 0, text })) === "written") return;
  }
  throw new RegistryError(
    "busy",
    `What policy ${policy.id} says was not kept: ${mostAttempts} times in a row another run changed it meanwhile. It stops nothing by itself until it is.`,
  );
}

/** Null where they were never kept. Throws `RegistryError`. */
export async function rulesAt(documents: Pick<Documents, "read">, hash: string, when: Instant): Promise<Rules | null> {
  const document = hash === "" ? null : await documents.read(nameOf(hash));
  if (document === null) return null;
  const settings = settingsOf(hash, document.text).findLast(({ from }) => from <= when);
  if (settings === undefined) return null;
  const { invocationStamp, idleVcpu } = settings;
  return { invocationStamp, idleVcpu, policy: readable(hash, () => policyOf(document.text)) };
}

const settingsOf = (hash: string, text: string) =>
  readable(hash, () =>
    array(object(JSON.parse(text), "rules")["settings"], "settings").map((value) => {
      const item = object(value, "settings");
      return {
        invocationStamp: oneOf(["start", "completion", "unknown"] as const)(item["invocationStamp"], "invocationStamp"),
        idleVcpu: number(item["idleVcpu"], "idleVcpu"),
        from: at(item["from"], "from"),
      };
    }),
  );

function policyOf(text: string): Rules["policy"] {
  const item = object(object(JSON.parse(text), "rules")["policy"], "policy");
  const breaker = object(item["breaker"], "breaker");
  const whole = (name: string): number => integer(item[name], name);
  return {
    id: string(item["id"], "id"),
    hash: string(item["hash"], "hash"),
    mode: oneOf(["observe", "enforce"] as const)(item["mode"], "mode"),
    idleAfterMs: whole("idleAfterMs"),
    minAgeMs: whole("minAgeMs"),
    maxAgeMs: orNull(item["maxAgeMs"], "maxAgeMs", integer),
    maxAgeStopsBusy: boolean(item["maxAgeStopsBusy"], "maxAgeStopsBusy"),
    skipIfExpiresWithinMs: whole("skipIfExpiresWithinMs"),
    evidence: oneOf(["strict", "invocations"] as const)(item["evidence"], "evidence"),
    maxStopsPerPass: whole("maxStopsPerPass"),
    breaker: {
      maxStops: integer(breaker["maxStops"], "maxStops"),
      maxStopsPct: integer(breaker["maxStopsPct"], "maxStopsPct"),
      windowMs: integer(breaker["windowMs"], "windowMs"),
    },
  };
}

function number(value: unknown, place: string): number {
  if (typeof value !== "number") throw new SyntaxError(`${place} is not a number`);
  return value;
}

function readable<T>(hash: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `What the state keeps of the policy with the hash ${hash} is damaged (${error.message}): take the document ${nameOf(hash)} out of the state.`;
    throw new RegistryError("corrupt", message, { cause: error });
  }
}
