import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { cycles, type Import, importsOf, root, sources } from "./imports.ts";

const rooms = ["core", "adapters", "cli", "dashboards", "functions", "infra", "local"] as const;
const all = rooms.flatMap((room) => sources(room));
const imports = all.flatMap((file) => importsOf(file));
const room = (file: string): string => file.split("/")[0] ?? "";

/** Which rooms a room may import from, beside itself. */
const allowed: Readonly<Record<(typeof rooms)[number], readonly string[]>> = {
  core: [],
  adapters: ["core"],
  dashboards: ["core"],
  local: [],
  functions: ["core", "adapters", "dashboards"],
  // The deployment reads the user's configuration as the command line does, and nothing else of it.
  infra: ["core", "adapters", "dashboards", "cli/config", "cli/cli-error.ts"],
  cli: ["core", "adapters", "dashboards", "local"],
};
const list = (items: readonly Import[]): string[] => items.map((item) => `${item.from} imports ${item.to}`);

describe("import rules", () => {
  it("sees the imports that it judges", () => {
    expect(imports.filter((item) => item.own).length).toBeGreaterThan(100);
    expect(
      importsOf(
        "x/a.ts",
        'import {\n  a,\n} from "./b.ts";\nexport * from "../c.ts";\nawait import("./d.ts");\nimport type { T } from "zod";',
      ),
    ).toEqual([
      { from: "x/a.ts", to: "x/b.ts", own: true, typeOnly: false },
      { from: "x/a.ts", to: "c.ts", own: true, typeOnly: false },
      { from: "x/a.ts", to: "zod", own: false, typeOnly: true },
      { from: "x/a.ts", to: "x/d.ts", own: true, typeOnly: false },
    ]);
  });

  it.each(rooms)("%s imports only the rooms below it", (name) => {
    const strangers = imports.filter(
      (item) =>
        room(item.from) === name &&
        item.own &&
        room(item.to) !== name &&
        !allowed[name].some((place) => item.to === place || item.to.startsWith(`${place}/`)),
    );
    expect(list(strangers)).toEqual([]);
  });

  it("core uses no SDK, no Node module and no package but pure ones", () => {
    expect(list(imports.filter((item) => room(item.from) === "core" && !item.own))).toEqual([]);
  });

  it("adapters never import each other", () => {
    const family = (file: string): string => file.split("/").slice(0, 2).join("/");
    const crossings = imports.filter(
      (item) =>
        room(item.from) === "adapters" &&
        item.own &&
        room(item.to) === "adapters" &&
        family(item.from) !== family(item.to),
    );
    expect(list(crossings)).toEqual([]);
  });

  it("only composition roots make clients", () => {
    const makers = imports.filter((item) => item.to === "adapters/aws/clients.ts" && !item.typeOnly);
    expect(makers.length).toBeGreaterThan(0);
    expect(list(makers.filter((item) => !["cli", "functions"].includes(room(item.from))))).toEqual([]);
    const constructed = all.filter((file) => /new \w+Client\(/.test(readFileSync(path.join(root, file), "utf8")));
    expect(
      constructed.filter((file) => !file.startsWith("adapters/aws/clients") && room(file) !== "functions"),
    ).toEqual([]);
  });

  it("the environment is read in one place of each home", () => {
    const readers = all.filter((file) => /process\.env\b/.test(readFileSync(path.join(root, file), "utf8")));
    expect(readers.filter((file) => room(file) !== "infra")).toEqual(["cli/main.ts", "functions/environment.ts"]);
  });

  it("no import comes back to its start", () => {
    expect(cycles(all)).toEqual([]);
  });
});
