import { policySchema, type WrittenPolicy, type WrittenPolicyFile } from "./policy-schema.ts";

/**
 * Of a file that is not in order, the policies as far as they are, each in its place: what is wrong with one member hides nothing of what
 * others contradict. A member that is wrong becomes one that contradicts nothing.
 */
export function soundPolicies(file: unknown): WrittenPolicyFile {
  const written = isObject(file) && Array.isArray(file["policies"]) ? (file["policies"] as readonly unknown[]) : [];
  return { version: 1, policies: written.map(soundPolicy) };
}

function soundPolicy(written: unknown, index: number): WrittenPolicy {
  const given = isObject(written) ? written : {};
  const own = Object.fromEntries(
    Object.entries(policySchema.shape).flatMap(([key, schema]) => {
      const parsed = schema.safeParse(given[key]);
      if (parsed.success) return parsed.data === undefined ? [] : [[key, parsed.data]];
      return key in neutral ? [[key, neutral[key]?.(index)]] : [];
    }),
  );
  // Two that are wrong in the same way are the same all the same.
  const id = typeof given["id"] === "string" ? given["id"] : `policies[${index}]`;
  const { maxAgeStopsBusy, ...others } = own;
  return (isWrong(given, own, "maxAge") ? { ...others, id } : { ...own, id }) as WrittenPolicy;
}

/** What is no other's, shorter than any maxAge, and longer than any bound. */
const neutral: Readonly<Record<string, (index: number) => unknown>> = {
  match: (index) => ({ session: `unknown${index}` }),
  minAge: () => "0s",
  idleAfter: () => "8h",
};

const isWrong = (given: object, own: object, key: string): boolean => key in given && !(key in own);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
