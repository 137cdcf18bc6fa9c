import type { EntryOutcome, RefusalReason } from "../../../cleanup/stop/stop-outcome.ts";
import type { StopOrder } from "./stop-ports.ts";

/** One link of the chain said no. */
export type Refusal = Extract<EntryOutcome, { kind: "refused" }>;

export const refusedBy = ({ entry }: Pick<StopOrder, "entry">, reason: RefusalReason, message: string): Refusal => ({
  kind: "refused",
  entry,
  reason,
  message,
});
