import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { publishedSchema } from "../schema/json-schema.ts";
import { runRate } from "./run.ts";

const text = readFileSync(path.resolve(import.meta.dirname, "../../docs/rate.md"), "utf8");
const block = (language: string): string => text.split(`\n\`\`\`${language}\n`)[1]?.split("\n```")[0] ?? "";
const folder = mkdtempSync(path.join(tmpdir(), "rate-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("docs/rate.md", () => {
  it("shows what its sample gives, to the letter", async () => {
    const [command, ...shown] = block("text").split("\n");
    expect(command).toBe("$ sandmeter rate sample.ndjson");
    const file = path.join(folder, "sample.ndjson");
    writeFileSync(file, `${block("json")}\n`);
    const { exit, out, err } = await runRate([file]);
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(out.replace(file, "sample.ndjson")).toBe(`${shown.join("\n")}\n`);
  });

  it("explains every column, every figure of a session and every reason", async () => {
    const header = block("text").split("\n")[1] ?? "";
    const schema = publishedSchema("rate.schema.json") as unknown as {
      $defs: { problem: { properties: { reason: { enum: string[] } } }; session: { required: string[] } };
    };
    const { problem, session } = schema.$defs;
    const columns = header.trim().split(/ {2,}/);
    expect(columns).toHaveLength(11);
    // Said in prose, or made of those that are explained.
    const plain = ["firstAt", "lastAt", "records", "vcpuNs", "byteMs"];
    const figures = session.required.filter((name) => !plain.includes(name)).map((name) => `\`${name}\``);
    const reasons = problem.properties.reason.enum.map((reason) => `\`${reason}\``);
    const rows = text
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .join("\n");
    expect([...columns, ...figures, ...reasons].filter((word) => !rows.includes(word))).toEqual([]);
  });
});
