import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";

/**
 * Makes a folder and those above it, each once. Node's own `recursive` tries for ever where a folder is there and none can be
 * made in it, as under /proc.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !existsSync(at) && at !== path.dirname(at); at = path.dirname(at))
    missing.unshift(at);
  for (const at of missing) makeOne(at);
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else made it meanwhile.
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!isThere || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
