/** A JSON structure from a request to the control interface. */
export function parseBody(
  body: Buffer,
  example: string,
): { readonly value: Record<string, unknown> } | { readonly problems: readonly string[] } {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { value: value as Record<string, unknown> };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { problems: [`the body must be a JSON object, for example ${example}`] };
}
