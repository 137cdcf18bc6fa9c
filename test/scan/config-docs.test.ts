import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configSchema } from "../../cli/config/config-schema.ts";
import { parseConfig } from "../../cli/config/parse-config.ts";

it("the documented configuration is a valid one, and names every key", () => {
  const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const parsed = parseConfig(example, "docs/configuration.md");
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  expect(Object.keys(parsed.config)).toEqual(Object.keys(configSchema.shape));
  expect(parsed.config).toMatchObject({
    regions: ["us-east-1", "eu-west-1"],
    rateShare: 20,
    requestsPerSecond: 30,
    thresholds: { warning: { utilizationPct: 80, left: 50 }, critical: { utilizationPct: 90, left: 20 } },
  });
});
