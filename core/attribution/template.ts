import type { Template } from "./attribution.ts";

const place = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** `svc-${agent}`: groups of the name's pattern stand in `${…}`. Null where a `${` opens no group. */
export function parseTemplate(text: string): Template | null {
  const parts: (string | { readonly group: string })[] = [];
  let from = 0;
  for (const match of text.matchAll(place)) {
    parts.push(text.slice(from, match.index), { group: match[1] ?? "" });
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  const kept = parts.filter((part) => part !== "");
  return kept.some((part) => typeof part === "string" && part.includes("${")) ? null : kept;
}
