import type { Target } from "../../inventory/target.ts";
import type { History, Ledger } from "../../ports/ledger.ts";
import type { AccountsInput, AccountsPorts } from "../accounts/ports.ts";

export interface SpendPorts extends Pick<AccountsPorts, "kind" | "registry" | "documents" | "sendEvents" | "trail"> {
  readonly ledger: Pick<Ledger, "open">;
  readonly history: Pick<History, "columns">;
}

export interface SpendInput
  extends Pick<AccountsInput, "targets" | "prices" | "meter" | "attribution" | "budgets" | "publish" | "backfillMs"> {
  /** Targets whose usage records this pass could not read in full: what was spent in them may be more. */
  readonly unread?: readonly Target[];
}
