import type { AwsClients } from "../../adapters/aws/clients.ts";
import { awsSendEvents } from "../../adapters/aws/events.ts";
import { awsRefusedCalls } from "../../adapters/aws/refused-calls.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import type { LookProgress } from "../../core/jobs/sweep/evidence/evidence-ports.ts";
import { sweepPass } from "../../core/jobs/sweep/sweep-pass.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { knownCosts } from "../../core/reporting/known-costs.ts";
import { type Beside, besidePasses } from "../accounts/accounts-schedule.ts";
import type { Stores } from "../accounts/stores.ts";
import type { CleanupInput } from "./cleanup-input.ts";
import { killSwitchOf, stopperOf, stopsNothing, sweepInputOf, sweepPortsOf } from "./compose.ts";
import { sweptTargetOf } from "./swept-targets.ts";

export interface CleanupBeside extends Beside<SweepPassOutcome> {
  readonly close: () => void;
}

export const noCleanup: CleanupBeside = { inPass: async () => [], close: () => undefined };

interface Telling {
  readonly publish: boolean;
  readonly region: string;
  readonly onLooks: (progress: LookProgress) => void;
}

/** Sweeps beside the passes, one at a time, over what each pass found. Who stops sessions is only asked for where a policy enforces. */
export function cleanupBeside(
  clients: AwsClients,
  stores: Stores,
  input: CleanupInput,
  telling: Telling,
): CleanupBeside {
  const enforces = input.policies.policies.some(({ mode }) => mode === "enforce");
  const stopper = enforces
    ? stopperOf(clients, input.settings, input.cleanup)
    : { stopSession: stopsNothing, close: () => undefined };
  const run = sweepPass({
    ...sweepPortsOf(clients, stores, input, stopper.stopSession),
    onLooks: telling.onLooks,
    sendEvents: awsSendEvents(clients, telling.region),
    registry: stores.registry,
    readRefusedCalls: awsRefusedCalls(clients),
    writeSwitch: killSwitchOf(clients, stores.documents, input.cleanup).write,
  });
  const { act: _, barred: __, ...sweepInput } = sweepInputOf(input, false);
  const job = async (now: Instant, pass: PassOutcome, signal: AbortSignal): Promise<SweepPassOutcome> => {
    const scans = pass.targets.flatMap(({ scan }) => scan ?? []);
    const { prices, gb } = input.settings;
    const { costOf, problems } = await knownCosts(scans, stores.ledger, prices, gb);
    const found = scans.flatMap((scan) => sweptTargetOf(scan) ?? []);
    const outcome = await run(
      now,
      { ...sweepInput, runaway: input.runaway, regret: input.cleanup.regret, costOf, publish: telling.publish },
      found,
      signal,
    );
    return { ...outcome, problems: [...outcome.problems, ...problems] };
  };
  return { inPass: besidePasses(0, job).inPass, close: stopper.close };
}
