import { attributionOf } from "../../adapters/config/attribution-of.ts";
import { parseConfig } from "../../cli/config/parse-config.ts";
import type { Attribution, AttributionFacts } from "../../core/attribution/attribution.ts";
import { accountId, interpreterId, region } from "../../core/kernel/ids.ts";

export const facts: AttributionFacts = {
  account: accountId("111122223333"),
  region: region("us-east-1"),
  interpreter: interpreterId("etl_runner-JVcygpdywt"),
  name: "etl-prod-7",
  tags: { team: "data" },
  principal: "arn:aws:sts::111122223333:assumed-role/ci/build-9",
};

/** Rules as they stand in a configuration. */
export function rulesOf(rules: readonly object[]): Attribution {
  const parsed = parseConfig(JSON.stringify({ attribution: rules }), "c.yaml");
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return attributionOf(parsed.config.attribution ?? []);
}

export const problemsOf = (text: string): readonly string[] => {
  const parsed = parseConfig(text, "c.yaml");
  return parsed.ok ? [] : parsed.problems;
};
