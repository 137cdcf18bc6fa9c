import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
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
`;
    const parsed = parseConfig(written, "c.yaml");
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringContaining("c.yaml:2: cleanup.switch.parameter"),
      expect.stringContaining('c.yaml:2: unknown key "cleanup.switch.paramter": did you mean parameter?'),
      expect.stringContaining("c.yaml:3: cleanup.stopper must have `profile` or `roleArn`, and not both"),
      expect.stringContaining("c.yaml:4: cleanup.cap.maxStops must be 0 or more"),
      expect.stringContaining("c.yaml:5: cleanup.planExpiresAfter must be a time from 1m to 24h"),
      expect.stringContaining('c.yaml:6: unknown key "cleanup.looks": did you mean looksPerPass?'),
    ]);
  });
});
