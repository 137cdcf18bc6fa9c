import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Graph } from "./graph.ts";

/** Puts the files that the stack wants in a function's package beside its bundle. */
export function copyBeside(graph: Graph, handler: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { from, to } of graph.builds.find((build) => build.handler === handler)?.copied ?? []) {
    copyFileSync(from, path.join(folder, to));
  }
}
