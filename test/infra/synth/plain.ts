const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Pulumi wraps secrets in objects with a signature; graphs are plain JSON without them. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const members = value as Record<string, unknown>;
  if (members[signatureKey] === secretSignature) return plain(members["value"]);
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, plain(member)]));
}
