import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deployedCleanup } from "../../adapters/config/deployed-cleanup.ts";
import { parseConfig } from "../../cli/config/parse-config.ts";
import { parsePolicy } from "../../cli/policy/parse-policy.ts";
import { verbs } from "../../cli/verbs/index.ts";
import type { RefusalReason } from "../../core/cleanup/stop/stop-outcome.ts";

const text = readFileSync(new URL("../../docs/cleanup.md", import.meta.url), "utf8");
const blocks = (language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, block]) => block ?? "");
const refusals: Readonly<Record<RefusalReason, true>> = {
  "not-in-plan": true,
  tampered: true,
  outdated: true,
  expired: true,
  observe: true,
  breaker: true,
  cap: true,
  disarmed: true,
  "policy-unread": true,
  regretted: true,
  "switch-unknown": true,
  protected: true,
  "look-failed": true,
  "busy-again": true,
  taken: true,
  "state-unavailable": true,
};

describe("docs/cleanup.md", () => {
  it("shows a policy and a configuration that are in order", () => {
    const [policy = "", config = ""] = blocks("yaml");
    expect(parsePolicy(policy, "policy.yaml", { bounds: {}, invocationStamp: "unknown" })).toMatchObject({ ok: true });
    expect(parseConfig(config, "config.yaml")).toMatchObject({ ok: true, config: { cleanup: { looksPerPass: 200 } } });
  });

  it("shows commands with flags that are there", () => {
    const lines = blocks("sh").flatMap((block) => block.split("\n").filter((line) => line !== ""));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const [, name] = /^sandmeter ([a-z]+)/.exec(line) ?? [];
      const verb = verbs.find((candidate) => candidate.name === name);
      const known = verb?.options.flatMap((option) => option.flags.match(/--[a-z-]+/g) ?? []) ?? [];
      const flags = [...(line.split(" # ")[0] ?? "").matchAll(/\s(--[a-z-]+)/g)].map((match) => match[1] ?? "");
      expect([line, verb?.name, flags.filter((flag) => !known.includes(flag))]).toEqual([line, name, []]);
    }
  });

  it("names every refusal of the chain", () => {
    expect(Object.keys(refusals).filter((reason) => !text.includes(`\`${reason}\``))).toEqual([]);
  });
});

describe("the section cleanup of the configuration", () => {
  it("tells all that is wrong with it at once", () => {
    const written = `cleanup:
  switch: { paramter: /x, region: us-east-1 }
  stopper: { profile: a, roleArn: "arn:aws:iam::111122223333:role/x" }
  cap: { maxStops: -1 }
  planExpiresAfter: 2d
  looks: 3
  regret: { within: 7h, rate: 0.6, least: 0, most: 5 }
`;
    const parsed = parseConfig(written, "c.yaml");
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringContaining("c.yaml:2: cleanup.switch.parameter"),
      expect.stringContaining('c.yaml:2: unknown key "cleanup.switch.paramter": did you mean parameter?'),
      expect.stringContaining("c.yaml:3: cleanup.stopper must have `profile` or `roleArn`, and not both"),
      expect.stringContaining("c.yaml:4: cleanup.cap.maxStops must be 0 or more"),
      expect.stringContaining("c.yaml:5: cleanup.planExpiresAfter must be a time from 1m to 24h"),
      expect.stringContaining('c.yaml:6: unknown key "cleanup.looks": did you mean looksPerPass?'),
      expect.stringContaining("c.yaml:7: cleanup.regret.within must be a time from 1m to 6h"),
      expect.stringContaining("c.yaml:7: cleanup.regret.rate must be from 0 to 0.5"),
      expect.stringContaining("c.yaml:7: cleanup.regret.least must be 1 or more"),
      expect.stringContaining('c.yaml:7: unknown key "cleanup.regret.most"'),
    ]);
  });

  it.each([
    ["{}", { withinMs: 15 * 60_000, mostRate: 0.1, leastStops: 5 }],
    ["{ regret: { rate: 0 } }", { withinMs: 15 * 60_000, mostRate: 0, leastStops: 5 }],
    ["{ regret: { within: 1h, rate: 0.5, least: 20 } }", { withinMs: 3_600_000, mostRate: 0.5, leastStops: 20 }],
  ])("says of %s when a policy is regretted too often, deployed as well", (written, regret) => {
    const parsed = parseConfig(`cleanup: ${written}\n`, "c.yaml");
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const policies = { version: 1, policies: [{ id: "leaks" }] };
    expect(deployedCleanup({ cleanup: parsed.config.cleanup, policies }).settings).toMatchObject({ regret });
  });
});
