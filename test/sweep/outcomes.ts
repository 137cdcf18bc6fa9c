import type { EntryOutcome } from "../../core/cleanup/stop/stop-outcome.ts";

/** `a stopped`, `b refused cap`: what became of each, in order. */
export const outcomesOf = ({ outcomes }: { readonly outcomes: readonly EntryOutcome[] }): readonly string[] =>
  outcomes.map((it) => `${it.entry.key.session} ${it.kind}${it.kind === "refused" ? ` ${it.reason}` : ""}`);

/** What is said of the only one. */
export const messageOf = ({ outcomes: [it] }: { readonly outcomes: readonly EntryOutcome[] }): string =>
  it?.kind === "refused" || it?.kind === "failed" ? it.message : (it?.problem?.message ?? "");
