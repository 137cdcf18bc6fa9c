import { isCollection, isScalar, LineCounter, type ParsedNode, parseDocument } from "yaml";

export type Path = readonly PropertyKey[];

/** A text of YAML, or of JSON, which is YAML too: its value, and where each member of it stands. */
export type LocatedText =
  | { readonly ok: true; readonly value: unknown; readonly at: (path: Path) => string }
  | { readonly ok: false; readonly problems: readonly string[] };

export function locateText(text: string, file: string): LocatedText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    return { ok: false, problems: document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`) };
  }
  try {
    return { ok: true, value: document.toJS() ?? {}, at: (path) => at(offsetOf(document.contents, path)) };
  } catch (error) {
    // Aliases that would unfold to more than anyone wrote.
    return { ok: false, problems: [`${file}: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** `limits[0].quota` */
export const nameOfPath = (path: Path): string =>
  path.reduce<string>(
    (name, part) =>
      typeof part === "number" ? `${name}[${part}]` : name === "" ? String(part) : `${name}.${String(part)}`,
    "",
  );

/** Where a member stands in the text: its key where it has one, or the nearest thing around it that is there. */
function offsetOf(root: ParsedNode | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const part of path) {
    if (!isCollection(node)) break;
    const pair = node.items.find((item, index) =>
      typeof part === "number" ? index === part : isPairOf(item, String(part)),
    );
    if (pair === undefined) break;
    const key = typeof part === "number" ? pair : (pair as { key: unknown }).key;
    offset = (key as { range?: readonly number[] }).range?.[0] ?? offset;
    node = typeof part === "number" ? pair : (pair as { value: unknown }).value;
  }
  return offset;
}

const isPairOf = (item: unknown, key: string): boolean => {
  const own = (item as { key?: unknown }).key;
  return isScalar(own) && String(own.value) === key;
};
