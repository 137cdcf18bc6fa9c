import type { AttributionFacts } from "../../core/attribution/attribution.ts";
import { accountId, interpreterId, region } from "../../core/kernel/ids.ts";
import { safeText } from "../render/safe-text.ts";
import type { VerbInput } from "../verb.ts";

export const factsFlags: readonly string[] = ["name", "interpreter", "account", "region", "tag", "principal"];

/** What the flags of `explain` say of a session. A fact that is not given is not known, or the first of its kind. */
export function readFacts(options: VerbInput["options"]): {
  readonly facts: AttributionFacts;
  readonly problems: readonly string[];
} {
  const text = (name: string): string | null => {
    const value = options[name];
    return typeof value === "string" ? value : null;
  };
  const account = text("account") ?? "000000000000";
  const written = options["tag"];
  const pairs = Array.isArray(written) ? written.map(String) : [];
  const unpaired = pairs.filter((pair) => pair.indexOf("=") < 1);
  const tags = pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const);
  return {
    facts: {
      account: accountId(account),
      region: region(text("region") ?? "us-east-1"),
      interpreter: interpreterId(text("interpreter") ?? ""),
      name: text("name"),
      tags: pairs.length === 0 ? null : Object.fromEntries(tags),
      principal: text("principal"),
    },
    problems: [
      ...(text("name") === null && text("interpreter") === null && text("principal") === null && pairs.length === 0
        ? ["name what is known of the session: --name, --interpreter, --tag or --principal"]
        : []),
      ...(/^\d{12}$/.test(account) ? [] : [`--account must be twelve digits, not "${safeText(account)}"`]),
      ...unpaired.map((pair) => `--tag must be key=value, not "${safeText(pair)}"`),
    ],
  };
}
