import { readFileSync } from "node:fs";

/** The version in package.json, which lies one folder above cli/ in a checkout, and two above dist/cli/ in a package. */
export function productVersion(): string {
  for (const up of ["../package.json", "../../package.json"]) {
    try {
      const text = readFileSync(new URL(up, import.meta.url), "utf8");
      return String((JSON.parse(text) as { version?: unknown }).version);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "unknown";
}
