import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import type { FunctionBuild } from "./graph.ts";

const extensions = [".ts", ".mts", ".js", ".mjs"];
const requireShim =
  'import * as nodeModule from "node:module"; const require = nodeModule.createRequire(import.meta.url);';

/**
 * Bundles a handler with the options of the SST command's Node builder (4.17.1): one minified ESM file with names kept.
 * `handler` is `path/to/file.export`. Throws where the file or the export is missing.
 */
export async function buildFunction(
  root: string,
  handler: string,
  folder: string,
): Promise<Omit<FunctionBuild, "functionId" | "links" | "copied">> {
  const exported = path.posix.extname(handler).slice(1);
  const stem = path.join(root, handler.slice(0, -exported.length - 1));
  const entry = extensions.map((extension) => stem + extension).find((file) => existsSync(file));
  if (entry === undefined) throw new Error(`no file for the handler ${handler}`);
  mkdirSync(folder, { recursive: true });
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    outfile: path.join(folder, "bundle.mjs"),
    bundle: true,
    minify: true,
    keepNames: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    mainFields: ["module", "main"],
    external: ["sharp", "pg-native"],
    banner: { js: requireShim },
    sourcemap: "linked",
    metafile: true,
    logLevel: "silent",
  });
  const output = Object.entries(result.metafile.outputs).find(([file]) => file.endsWith(".mjs"))?.[1];
  if (output === undefined || !output.exports.includes(exported))
    throw new Error(`${entry} has no export "${exported}"`);
  const inputs = Object.keys(output.inputs);
  return {
    handler,
    bytes: output.bytes,
    sources: inputs.filter((file) => !file.includes("node_modules/")).sort(),
    packages: [...new Set(inputs.flatMap(packageOf))].sort(),
  };
}

function packageOf(file: string): string[] {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  return name === undefined ? [] : [name];
}
