import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const folder = path.resolve(import.meta.dirname, "../../docs/schemas");
/** What is in a file or a book is as old as that: it says of itself which it is of. */
const ofFilesAlone = [
  "attribution",
  "dashboards",
  "policy",
  "prices",
  "prices-import",
  "prices-show",
  "rate",
  "report-close",
  "report-focus",
];
const others = globSync("*.schema.json", { cwd: folder })
  .map((file) => file.replace(".schema.json", ""))
  .filter((name) => !ofFilesAlone.includes(name));

it.each(others)("asOf everywhere: what %s answers with says as of when its figures are", (name) => {
  const schema = JSON.parse(readFileSync(path.join(folder, `${name}.schema.json`), "utf8")) as {
    readonly required: readonly string[];
  };
  expect(schema.required).toContain("asOf");
});
