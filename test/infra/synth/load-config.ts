import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";

export interface ConfigPart {
  readonly name: string;
  readonly code: string;
  readonly banner?: string;
  readonly define?: Readonly<Record<string, string>>;
  readonly inject?: readonly string[];
  readonly plugin: Plugin;
}

/**
 * Bundles a piece of the deployment's code and imports it. Packages stay external: the file is written into SST's platform
 * folder, where Node finds the providers, and the project's own packages further up.
 */
export async function loadConfigPart(
  root: string,
  platform: string,
  part: ConfigPart,
): Promise<Record<string, unknown>> {
  const { build } = createRequire(path.join(platform, "package.json"))("esbuild") as {
    build: (options: BuildOptions) => Promise<unknown>;
  };
  const outfile = path.join(platform, `synth.${part.name}.${process.pid}.mjs`);
  await build({
    stdin: { contents: part.code, resolveDir: root, sourcefile: `${part.name}.ts`, loader: "ts" },
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    banner: {
      js: `import * as nodeModule from "node:module"; var require = nodeModule.createRequire(import.meta.url); ${part.banner ?? ""}`,
    },
    define: { ...part.define },
    inject: [...(part.inject ?? [])],
    logLevel: "error",
    plugins: [part.plugin],
  });
  try {
    return (await import(pathToFileURL(outfile).href)) as Record<string, unknown>;
  } finally {
    rmSync(outfile, { force: true });
  }
}

/** The SST command refuses static imports in sst.config.ts, and so does this. */
export const refuseStaticImports: Plugin = {
  name: "refuse-static-imports",
  setup(build) {
    build.onResolve({ filter: /.*/ }, (found) =>
      path.basename(found.importer) === "sst.config.ts" && found.kind === "import-statement"
        ? { errors: [{ text: "sst.config.ts may hold no static import: use await import() inside run()" }] }
        : undefined,
    );
  },
};

/** The SST command puts `sst`, `aws` and its `$` functions in scope of every file of the project. */
export const withGlobals = (prelude: string, except: string): Plugin => ({
  name: "sst-globals",
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path: file }) =>
      file.startsWith(except + path.sep)
        ? undefined
        : { contents: `${prelude}\n${await readFile(file, "utf8")}`, loader: "ts" },
    );
  },
});
