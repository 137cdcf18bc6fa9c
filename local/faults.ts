import type { FaultKind } from "./fault-kind.ts";
import { chance, hashText } from "./fleet/random.ts";

/** A fault to act out. Members that are absent match everything. */
export interface FaultRule {
  readonly kind: FaultKind;
  readonly operation?: string;
  readonly region?: string;
  readonly account?: string;
  /** Chance that a matching request meets it, decided by the world's seed; 1 where absent. */
  readonly probability?: number;
  /** How often it strikes in all; without end where absent. */
  readonly times?: number;
  /** Strikes the first, the (n+1)th … matching request; every one where absent. */
  readonly everyNth?: number;
  /** HTTP status of `error`, 500 where absent; and of `lost-answer`, which drops the connection where it is absent. */
  readonly status?: number;
  /** Wall time that `slow` holds an answer back, and that `timeout` and `lost-answer` hang before they drop the connection. */
  readonly delayMs?: number;
}

export interface Faults {
  /** All rules, with how often each matched and struck. */
  readonly list: () => readonly (FaultRule & { readonly matched: number; readonly struck: number })[];
  readonly add: (rules: readonly FaultRule[]) => void;
  readonly clear: () => void;
  /** The first rule that strikes this request; counts it. */
  readonly strike: (request: {
    readonly operation: string;
    readonly region: string;
    readonly account: string;
    /** Whether a client could see a fault of this kind in the answer. */
    readonly shows: (kind: FaultKind) => boolean;
  }) => FaultRule | null;
}

/** The operation of a kind that is meant for one, where the rule names none. */
const usualOperation: Partial<Record<FaultKind, string>> = { vanish: "GetCodeInterpreterSession" };

export function faults(seed: number): Faults {
  let rules: { readonly rule: FaultRule; matched: number; struck: number }[] = [];
  return {
    list: () => rules.map(({ rule, matched, struck }) => ({ ...rule, matched, struck })),
    add: (added) => {
      rules = [...rules, ...added.map((rule) => ({ rule, matched: 0, struck: 0 }))];
    },
    clear: () => {
      rules = [];
    },
    strike: (request) => {
      for (const [index, entry] of rules.entries()) {
        const { rule } = entry;
        if ((rule.operation ?? usualOperation[rule.kind] ?? request.operation) !== request.operation) continue;
        if (!request.shows(rule.kind)) continue;
        if ((rule.region ?? request.region) !== request.region) continue;
        if ((rule.account ?? request.account) !== request.account) continue;
        const turn = entry.matched++;
        if (entry.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
        if (turn % (rule.everyNth ?? 1) !== 0) continue;
        if (chance(hashText(seed, "fault"), index, turn) >= (rule.probability ?? 1)) continue;
        entry.struck++;
        return rule;
      }
      return null;
    },
  };
}
