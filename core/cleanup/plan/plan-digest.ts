import type { Plan, PlanEntry } from "./plan.ts";

/** SHA-256 of a text's UTF-8, in lower-case hex. Core has no cryptography of its own: the caller brings it. */
export type Sha256 = (text: string) => string;

/** Of all that an entry says but the digest itself. */
export function entryDigest(entry: Omit<PlanEntry, "digest"> & { readonly digest?: string }, sha256: Sha256): string {
  const { digest: _, ...said } = entry;
  return sha256(`sandmeter plan entry 1\n${canonicalJson(said)}`);
}

/** Whether an entry is as it was made. */
export const isGenuine = (entry: PlanEntry, sha256: Sha256): boolean => entryDigest(entry, sha256) === entry.digest;

/** Of a whole plan: its entries, in their order, and its times. */
export const planDigest = ({ madeAt, expiresAt, entries }: Omit<Plan, "id">, sha256: Sha256): string =>
  sha256(`sandmeter plan 1\n${canonicalJson({ madeAt, expiresAt, entries: entries.map(({ digest }) => digest) })}`);

/**
 * JSON with the members of each object in order of their names, so that the same value is the same text wherever it was kept in
 * between. Members that are undefined are left out, as JSON does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
