import type { LocalSession } from "../../world.ts";

/** A file as the caller wrote it: text, or base64. */
interface File {
  readonly path: string;
  readonly text?: string;
  readonly blob?: string;
}

const files = new WeakMap<LocalSession, Map<string, File>>();

const filesOf = (session: LocalSession): Map<string, File> => {
  const known = files.get(session) ?? new Map<string, File>();
  files.set(session, known);
  return known;
};

export function writeFiles(session: LocalSession, content: readonly File[]): void {
  for (const file of content) filesOf(session).set(file.path, file);
}

export function readFiles(
  session: LocalSession,
  paths: readonly string[],
): { readonly resources: readonly object[]; readonly missing: readonly string[] } {
  const known = filesOf(session);
  const found = paths.flatMap((path) => known.get(path) ?? []);
  return {
    resources: found.map((file) => ({
      type: file.blob === undefined ? "text" : "blob",
      uri: `file:///${file.path}`,
      text: file.blob === undefined ? (file.text ?? "") : undefined,
      blob: file.blob,
    })),
    missing: paths.filter((path) => !known.has(path)),
  };
}

/** The paths that were not there; the others are removed. */
export const removeFiles = (session: LocalSession, paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !filesOf(session).delete(path));

export const listFiles = (session: LocalSession, directory: string): readonly object[] =>
  [...filesOf(session).keys()]
    .filter((path) => directory === "" || path.startsWith(`${directory.replace(/\/$/, "")}/`))
    .map((path) => ({ type: "resource_link", uri: `file:///${path}`, name: path }));
