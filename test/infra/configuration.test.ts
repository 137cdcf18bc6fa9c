import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deployedPricing, deployedTrail } from "../../adapters/config/deployed-configuration.ts";
import { deployedLabels } from "../../adapters/config/deployed-labels.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { region } from "../../core/kernel/ids.ts";
import { readDeployedFile } from "../../functions/deployed-file.ts";
import { readConfiguration, writeConfiguration } from "../../infra/configuration.ts";

const row = (usdPerVcpuHour: string) => ({
  region: "us-east-1",
  startsAt: "2026-10-01T00:00:00Z",
  usdPerVcpuHour,
  usdPerGbHour: "0.0085",
  rule: "2026-09",
});
const none = { configFile: null, pricesFile: null };

let root: string;
const write = (name: string, text: string): void => writeFileSync(path.join(root, name), text);
const asFunctionReads = (written: string) => {
  mkdirSync(path.join(root, "task"), { recursive: true });
  writeFileSync(path.join(root, "task", "sandmeter.json"), readFileSync(path.join(root, written)));
  const taskRoot = path.join(root, "task");
  return {
    ...readDeployedFile(taskRoot, deployedPricing),
    ...readDeployedFile(taskRoot, deployedLabels),
    trail: readDeployedFile(taskRoot, deployedTrail),
  };
};

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "sandmeter-deployed-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("the configuration of a deployment", () => {
  it("has the built-in prices and no rules where nobody wrote any", async () => {
    const { deployed, usageBucket, trailBucket } = await readConfiguration(root, none);
    const read = asFunctionReads(writeConfiguration(root, deployed));
    expect(read.prices).toEqual(priceBookOf(codeInterpreterPrices));
    expect(read.attribution.rules).toEqual([]);
    expect(read.budgets).toEqual([]);
    expect([usageBucket, trailBucket, read.trail]).toEqual([null, null, null]);
  });

  it("reaches the functions as it was written, the price file over the configuration's prices", async () => {
    write(
      "sandmeter.config.yaml",
      `regions: [eu-west-1]
trail: s3://my-trail/org
usage: { from: s3://my-usage/logs, gb: decimal, backfill: 2h, aggregateAbove: 7, idleVcpu: 0.5 }
prices: { rows: [${JSON.stringify(row("0.08"))}] }
attribution: [{ match: { name: "^(?P<agent>[a-z]+)-" }, set: { agent: "\${agent}" } }]
budgets: [{ id: all, window: month, usd: "250.00" }]
`,
    );
    write("prices.json", JSON.stringify({ rows: [row("0.07")] }));
    const { deployed, usageBucket, trailBucket } = await readConfiguration(root, {
      ...none,
      pricesFile: "prices.json",
    });
    const read = asFunctionReads(writeConfiguration(root, deployed));
    expect([usageBucket, trailBucket]).toEqual(["my-usage", "my-trail"]);
    expect(read.trail).toEqual({ kind: "bucket", bucket: "my-trail", prefix: "org/" });
    expect(read.usage).toEqual({
      usageFrom: { kind: "bucket", bucket: "my-usage", prefix: "logs/" },
      logGroup: null,
      aggregateAbove: 7,
      backfillMs: 7_200_000,
      meter: { gb: "decimal", idleVcpu: 0.5, unpricedRule: "2026-09" },
    });
    expect(read.prices.get(region("us-east-1"))?.at(-1)?.row.usdPerVcpuHour).toBe("0.07");
    expect(read.attribution.labels).toEqual(["agent"]);
    expect(read.budgets).toMatchObject([{ id: "all", window: "month" }]);
  });

  it.each<[string, string, RegExp]>([
    ["a folder with usage logs", "usage: { from: logs }", /usage\.from names the folder .*name a bucket/],
    ["a folder with a trail", "trail: my-trail", /trail names the folder .*my-trail, .*name a bucket/],
    [
      "what the command line refuses",
      "budgets: [{ id: all, usd: 3 }]\nregion: us-east-1",
      /:1: budgets\[0\].*\n.*:2: /s,
    ],
  ])("is refused with every problem where it has %s", async (_what, text, problem) => {
    write("sandmeter.config.yaml", text);
    await expect(readConfiguration(root, none)).rejects.toThrow(problem);
  });

  it("is refused where a file that was named is not there", async () => {
    await expect(readConfiguration(root, { configFile: "x.yaml", pricesFile: "y.json" })).rejects.toThrow(
      "SANDMETER_CONFIG names x.yaml, which does not exist\nSANDMETER_PRICES_FILE names y.json, which does not exist",
    );
  });

  it("is refused by a function where it is missing or not the stack's, with what to do", () => {
    expect(() => readDeployedFile(root, deployedPricing)).toThrow(/sandmeter\.json is not usable: .*deploy it again/);
    write("sandmeter.json", '{"prices":[],"usage":{"gb":"half"}}');
    expect(() => readDeployedFile(root, deployedPricing)).toThrow(/must be binary or decimal/);
  });
});

describe("the policy file of a deployment", () => {
  it("is refused with all that is wrong with it at once, each with its line, also what its members contradict", async () => {
    write(
      "policy.yaml",
      "version: 1\npolicies:\n  - { id: a, idleAfter: 15 }\n  - { id: a, match: { region: us-east-1 }, mode: enforce }\n",
    );
    write("sandmeter.config.yaml", "cleanup: { policy: policy.yaml, bounds: { allowEnforce: false } }\n");
    const configFile = path.join(root, "sandmeter.config.yaml");
    const refused = readConfiguration(root, { ...none, configFile });
    await expect(refused).rejects.toThrow(/policy\.yaml:3: policies\[0\]\.idleAfter /);
    await expect(refused).rejects.toThrow(/policy\.yaml:4: policies\[1\]\.id /);
    await expect(refused).rejects.toThrow(/policy\.yaml:4: policies\[1\]\.mode /);
    const { message } = (await refused.catch((error: unknown) => error)) as Error;
    expect(message.match(/policies\[1\]\.id/g)).toHaveLength(1);
  });
});
