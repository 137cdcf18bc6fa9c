import { boundsOf } from "../../adapters/config/policy-bounds-schema.ts";
import { withMember } from "../../core/cleanup/backtest/backtest-sweep.ts";
import { idleAfterOf } from "../../core/cleanup/decision/judge-activity.ts";
import { longestCallMs } from "../../core/cleanup/evidence/call-evidence.ts";
import { boundViolations } from "../../core/cleanup/policy/bounds.ts";
import type { PolicySet } from "../../core/cleanup/policy/policy.ts";
import { durationText } from "../../core/kernel/duration-text.ts";
import { type CleanupInput, readCleanupInput } from "../cleanup/cleanup-input.ts";
import type { Terminal } from "../terminal.ts";
import type { VerbInput } from "../verb.ts";
import { type BacktestOptions, readBacktestOptions, type SweptValue } from "./backtest-options.ts";

export interface Variant {
  readonly change: SweptValue | null;
  readonly set: PolicySet;
}

interface BacktestInput {
  readonly problems: readonly string[];
  readonly own: BacktestOptions;
  readonly cleanup: CleanupInput;
  readonly sets: readonly Variant[];
}

/** Reads flags and policies, those of each swept value too; what is wrong with them is in `problems`. */
export async function readBacktestInput(options: VerbInput["options"], terminal: Terminal): Promise<BacktestInput> {
  const { problems, ...cleanup } = await readCleanupInput(options, terminal, "needed");
  const own = readBacktestOptions(options, problems);
  const bounds = boundsOf(cleanup.cleanup.bounds);
  const sets: Variant[] = [{ change: null, set: cleanup.policies }];
  for (const change of own.swept) {
    const set = withMember(cleanup.policies, change.member, change.valueMs);
    const outside = set.policies.flatMap((policy) => boundViolations(policy, bounds));
    if (outside.length > 0) {
      problems.push(`--sweep ${change.member}=${change.text} is outside of the bounds that the configuration sets`);
    }
    const longer = set.policies.find((policy) => idleAfterOf(policy, set.invocationStamp) > policy.idleAfterMs);
    if (change.member === "idleAfter" && longer !== undefined) {
      problems.push(
        `--sweep idleAfter=${change.text}: policy ${longer.id} goes by calls alone, which takes ${durationText(longestCallMs)} or more while cleanup.invocationStamp of the configuration is unknown`,
      );
    }
    sets.push({ change, set });
  }
  return { problems, own, cleanup, sets };
}
