import type { PlanEntry } from "../cleanup/plan/plan.ts";
import { type ToldProtection, type WrittenProtection, writtenProtection } from "../cleanup/policy/told-protection.ts";
import type { EntryOutcome, RefusalReason } from "../cleanup/stop/stop-outcome.ts";
import { type ReportedSwitch, reportedSwitch, type SwitchStanding } from "../cleanup/stop/switch-standing.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import type { StopRecord } from "../ports/stops.ts";
import { type PlannedStop, plannedStop } from "./plan-report.ts";
import type { Pricing } from "./scan-totals.ts";

/** docs/schemas/apply.schema.json, docs/schemas/stop.schema.json: what became of what was to be stopped. */
export interface StopReport extends ReportedSwitch {
  readonly asOf: string;
  /** False: a dry run, which stops nothing. */
  readonly acted: boolean;
  /** Null where nothing came to a plan. */
  readonly plan: string | null;
  readonly override: { readonly by: string; readonly reason: string; readonly protections: boolean } | null;
  readonly outcomes: readonly StopOutcome[];
  /** Stops of earlier runs that were killed, whose outcome was found out now. */
  readonly finished: readonly {
    readonly session: string;
    readonly region: string;
    readonly state: StopRecord["state"];
  }[];
  /** Of `stop`: sessions that were named, and are known to have ended before. */
  readonly ended?: readonly EndedBefore[];
  readonly problems: readonly (Problem & { readonly region: string | null })[];
}

export interface EndedBefore {
  readonly session: string;
  readonly interpreter: string;
  readonly region: string;
  /** When it was seen to have ended, or seen last. */
  readonly at: string;
  readonly message: string;
}

export interface StopOutcome extends PlannedStop {
  readonly outcome: "would-stop" | EntryOutcome["kind"];
  /** Which link of the chain refused it; null where none did. */
  readonly refusal: RefusalReason | null;
  /** Why it was refused or failed, or what could not be written down; null where there is nothing to say. */
  readonly message: string | null;
  /** That a person overrides, or that bars them; null where none is in force, or nobody asked. */
  readonly protection: WrittenProtection | null;
}

/** What an entry came to; `would-stop` in a dry run where nothing that can be told beforehand bars it. */
export type Came = EntryOutcome | { readonly kind: "would-stop"; readonly entry: PlanEntry };

export function stopReport(
  input: Pick<StopReport, "acted" | "plan" | "override" | "ended" | "problems"> & {
    readonly standing: SwitchStanding;
    readonly outcomes: readonly Came[];
    readonly finished: readonly StopRecord[];
    readonly protectionOf?: (entry: PlanEntry) => ToldProtection | null;
  },
  pricing: Pricing,
  now: Instant,
): StopReport {
  const { acted, plan, override, problems, standing, outcomes, finished, ended, protectionOf } = input;
  return {
    asOf: isoOf(now),
    acted,
    plan,
    ...reportedSwitch(standing),
    override,
    outcomes: outcomes.map((came) => ({
      ...plannedStop(came.entry, pricing, now),
      outcome: came.kind,
      refusal: came.kind === "refused" ? came.reason : null,
      message: messageOf(came),
      protection: writtenOrNull(protectionOf?.(came.entry) ?? null),
    })),
    finished: finished.map(({ key, state }) => ({ session: key.session, region: key.region, state })),
    ...(ended === undefined ? {} : { ended }),
    problems,
  };
}

const writtenOrNull = (told: ToldProtection | null): WrittenProtection | null =>
  told === null ? null : writtenProtection(told);

function messageOf(came: Came): string | null {
  switch (came.kind) {
    case "would-stop":
      return null;
    case "stopped":
    case "already-gone":
      return came.problem?.message ?? null;
    case "refused":
    case "failed":
      return came.message;
  }
}
