import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { Located } from "../../ports/usage-source.ts";
import type { SourceOutcome } from "../accounts/outcome.ts";
import type { KnownPlace } from "./locations.ts";

/** What one pass read of the usage records of one target. */
export interface IngestedTarget {
  readonly target: Target;
  /** `failed`: nothing could be read or remembered. `partial`: some interpreter or window could not, or not yet. */
  readonly status: "ok" | "partial" | "failed";
  /** Interpreters that the service lists; without the ones that could not be listed where `status` is not `ok`. */
  readonly listed: readonly InterpreterId[];
  /** Where the records of each interpreter are; those that vanished in the last 30 days are still in it. */
  readonly located: ReadonlyMap<InterpreterId, Located>;
  /** All places that have records of each, the last first: what moved is rated from where it was and where it is. */
  readonly knownPlaces: ReadonlyMap<InterpreterId, readonly KnownPlace[]>;
  /**
   * All records of the interpreter stamped before this instant are in the ledger. One that has a place is missing only as
   * long as that place was never read.
   */
  readonly finalUntil: ReadonlyMap<InterpreterId, Instant>;
  readonly sources: readonly SourceOutcome[];
  /** Sessions to which the pass added records. */
  readonly touched: number;
  readonly problems: readonly Problem[];
}
