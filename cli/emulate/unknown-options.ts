import type { UnknownBehaviours } from "../../local/world.ts";

export type UnknownOverrides = Partial<UnknownBehaviours>;

/** What each switch takes; null stands for a number. docs/embedded-aws.md says what each means. */
const accepted = {
  usageDelivery: ["streaming", "at-teardown"],
  invocationStamp: ["start", "completion"],
  callLogStamp: ["start", "completion"],
  recordStamp: ["start", "end"],
  stopEnded: ["success", "not-found", "conflict"],
  stopSettling: ["at-once", "slowly"],
  lastUpdatedAt: ["created", "invocation"],
  untypedListing: ["all", "custom"],
  interpreterPageMax: null,
  resourceDimension: ["arn", "id"],
  insightsNumbers: ["full", "rounded"],
} as const satisfies {
  readonly [Key in keyof UnknownBehaviours]: UnknownBehaviours[Key] extends number
    ? null
    : readonly UnknownBehaviours[Key][];
};

/** Reads `key=value` pairs; every problem says which keys and values there are. */
export function unknownOverrides(pairs: readonly string[]): {
  readonly overrides: UnknownOverrides;
  readonly problems: readonly string[];
} {
  const read = pairs.map(readPair);
  return {
    overrides: Object.fromEntries(read.flatMap((each) => ("entry" in each ? [each.entry] : []))),
    problems: read.flatMap((each) => ("problem" in each ? [each.problem] : [])),
  };
}

function readPair(pair: string): { readonly entry: readonly [string, string | number] } | { readonly problem: string } {
  const at = pair.indexOf("=");
  const key = at < 0 ? pair : pair.slice(0, at);
  const value = at < 0 ? "" : pair.slice(at + 1);
  if (!Object.hasOwn(accepted, key)) {
    return { problem: `--unknown ${pair}: there is no "${key}" (known: ${Object.keys(accepted).join(", ")})` };
  }
  const values: readonly string[] | null = accepted[key as keyof typeof accepted];
  if (values === null) {
    const size = /^\d{1,3}$/.test(value) ? Number(value) : 0;
    if (size >= 1 && size <= 100) return { entry: [key, size] };
    return { problem: `--unknown ${pair}: ${key} must be a whole number from 1 to 100` };
  }
  if (values.includes(value)) return { entry: [key, value] };
  return { problem: `--unknown ${pair}: ${key} must be one of ${values.join(", ")}` };
}
