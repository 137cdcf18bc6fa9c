import { decide } from "../../core/cleanup/decision/decide.ts";
import type { Decision, DecisionReason } from "../../core/cleanup/decision/decision.ts";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import { type FactsChanges, facts, minute } from "./facts.ts";

export const settings = { invocationStamp: "start", idleVcpu: 0.02 } as const;

/** The decision about the session of the tables, with what is changed, in minute 120. */
export const at = (changes: FactsChanges, atMinute = 120): Decision =>
  decide(facts(changes), settings, minute(atMinute));
export const reasonOf = (changes: FactsChanges, atMinute = 120): DecisionReason => at(changes, atMinute).reason;

export const span = (from: number, until: number): Span => ({ from: minute(from), until: minute(until) });
/** A millisecond, in minutes. */
export const ms = 1 / 60_000;
