import type { BudgetCheck } from "../../budget/check-budgets.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { Located } from "../../ports/usage-source.ts";
import type { EventDelivery } from "../observe/outcome.ts";

/** What one pass read of one place with usage records. */
export interface SourceOutcome {
  readonly place: string;
  readonly interpreters: readonly InterpreterId[];
  /** Null where it was never read. */
  readonly readUntil: Instant | null;
  readonly finalUntil: Instant | null;
  readonly lines: number;
  readonly records: number;
  readonly skipped: ReadonlyMap<string, number>;
  /** False where a window could not be read: the next pass tries it again. */
  readonly complete: boolean;
  readonly approximate: string | null;
}

/** What became of the accounts of one target. `failed`: nothing could be read or remembered. */
export interface TargetAccounts {
  readonly target: Target;
  readonly status: "ok" | "partial" | "failed";
  readonly usage: readonly { readonly interpreter: InterpreterId; readonly located: Located }[];
  readonly sources: readonly SourceOutcome[];
  /** Sessions to which the pass added records. */
  readonly touched: number;
  readonly closed: number;
  readonly restated: number;
  /** Sessions whose bill is provisional after the pass. */
  readonly open: number;
  /** Records that came late, and whose source has expired; they are in no figure. */
  readonly lateUnverifiable: number;
  /** Deliveries of which nobody can tell any more whether they were late records or redeliveries: they change no bill. */
  readonly lateUncertain: number;
  readonly problems: readonly Problem[];
}

export interface AccountsOutcome {
  readonly asOf: Instant;
  /** True where every target is `ok` and every event was sent. */
  readonly complete: boolean;
  readonly targets: readonly TargetAccounts[];
  /** Closed bills that the pass restated because the price book has changed. */
  readonly repriced: number;
  readonly budgets: BudgetCheck["spends"];
  readonly events: readonly EventDelivery[];
  readonly problems: readonly Problem[];
}
