import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const files = globSync("docs/{schemas,events}/*.json", { cwd: root }).map((file) => file.replaceAll(path.sep, "/"));

describe("a published schema", () => {
  it.each(files)("%s says which it is, by an id made of its place", (file) => {
    const [, kind, name] = /^docs\/(\w+)\/(.+)\.schema\.json$/.exec(file) ?? [];
    const schema = JSON.parse(readFileSync(path.join(root, file), "utf8")) as Readonly<Record<string, unknown>>;
    expect(schema["$id"]).toBe(`urn:sandmeter:${kind}:${name}`);
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
  });
  it("is one of many", () => expect(files.length).toBeGreaterThan(12));
});
