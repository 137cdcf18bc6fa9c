/** Members as XML elements, in their order: lists repeat their element, absent members are left out. */
export function elements(members: Readonly<Record<string, unknown>>): string {
  return Object.entries(members)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((item) => [name, item] as const) : [[name, value] as const],
    )
    .map(([name, value]) => element(name, value))
    .join("");
}

function element(name: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  const inner = typeof value === "object" ? elements(value as Record<string, unknown>) : escaped(String(value));
  return `<${name}>${inner}</${name}>`;
}

/** Control characters that XML cannot carry become references, as S3 writes them. */
export const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
