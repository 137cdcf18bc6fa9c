import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** Every TypeScript file below `folder`, as paths relative to the root with forward slashes. */
export function sources(folder: string): string[] {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mts|mjs)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"));
}

export interface Import {
  readonly from: string;
  /** A path relative to the root for our own files, the specifier for packages. */
  readonly to: string;
  readonly own: boolean;
  readonly typeOnly: boolean;
}

const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\s+from\s+)?["']([^"']+)["']/gm;
const dynamic = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

/** The imports of one file, static, dynamic and re-exported. */
export function importsOf(file: string, text = readFileSync(path.join(root, file), "utf8")): Import[] {
  const resolve = (specifier: string, typeOnly: boolean): Import => {
    if (!specifier.startsWith(".")) return { from: file, to: specifier, own: false, typeOnly };
    return { from: file, to: path.posix.join(path.posix.dirname(file), specifier), own: true, typeOnly };
  };
  return [
    ...[...text.matchAll(statement)].map((match) => resolve(match[2] ?? "", match[1] !== undefined)),
    ...[...text.matchAll(dynamic)].map((match) => resolve(match[1] ?? "", false)),
  ];
}

/** Chains of imports that come back to their start, of types too: they vanish at run time, and files that need each other stay. */
export function cycles(files: readonly string[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file,
      importsOf(file)
        .filter((item) => item.own)
        .map((item) => item.to),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      found.push([...trail.slice(at), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}
