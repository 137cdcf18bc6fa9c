import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const textOf = (file: string): string => readFileSync(path.join(root, file), "utf8");
const benches = globSync("bench/*.ts", { cwd: root }).flatMap((file) =>
  [...textOf(file).matchAll(/: Bench = \{\s*name: "([a-z-]+)"/g)].map(([, name]) => name),
);

it("docs/benchmarks.md says of each bench what is held and what was measured", () => {
  expect(benches.length).toBeGreaterThan(5);
  const sections = textOf("docs/benchmarks.md").split(/^## /m).slice(1);
  const told = sections
    .filter((section) => section.includes("| Figure | Held | Measured |"))
    .map((section) => section.split("\n")[0]);
  expect(told.toSorted()).toEqual(benches.toSorted());
});
