import type { AwsClients } from "../../adapters/aws/clients.ts";
import { awsSendEvents } from "../../adapters/aws/events.ts";
import { awsRefusedCalls } from "../../adapters/aws/refused-calls.ts";
import { policyChanges } from "../../core/cleanup/policy/policy-changes.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import type { LookProgress } from "../../core/jobs/sweep/evidence/evidence-ports.ts";
import { stoppedUsage } from "../../core/jobs/sweep/regret/stopped-usage.ts";
import { sweepPass } from "../../core/jobs/sweep/sweep-pass.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { knownCosts } from "../../core/reporting/known-costs.ts";
import { type Beside, besidePasses } from "../accounts/accounts-schedule.ts";
import { usageSourceOf } from "../accounts/compose.ts";
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

/**
 * Sweeps beside the passes, one at a time, over what each pass found, by the policies as they are when it begins. Who stops sessions is only
 * asked for where a policy enforces. The switch, the stopper and the state are those of the start.
 */
export function cleanupBeside(
  clients: AwsClients,
  stores: Stores,
  input: CleanupInput,
  telling: Telling,
): CleanupBeside {
  const stopper = lazyStopper(() => stopperOf(clients, input.settings, input.cleanup));
  let last = input;
  const job = async (now: Instant, pass: PassOutcome, signal: AbortSignal): Promise<SweepPassOutcome> => {
    const { current, ...anew } = await readFrom(last);
    last = current;
    const scans = pass.targets.flatMap(({ scan }) => scan ?? []);
    const { prices, gb } = input.settings;
    const { costOf, problems } = await knownCosts(scans, stores.ledger, prices, gb);
    const found = scans.flatMap((scan) => sweptTargetOf(scan) ?? []);
    const { act: _, barred: __, ...sweepInput } = sweepInputOf(current, false);
    const enforces = current.policies.policies.some(({ mode }) => mode === "enforce");
    const run = sweepPass({
      ...sweepPortsOf(clients, stores, current, enforces ? stopper.stopSession : stopsNothing),
      onLooks: telling.onLooks,
      sendEvents: awsSendEvents(clients, telling.region),
      registry: stores.registry,
      readRefusedCalls: awsRefusedCalls(clients),
      readStoppedUsage: stoppedUsage({ usage: usageSourceOf(clients, input.accounts), documents: stores.documents }),
      writeSwitch: killSwitchOf(clients, stores.documents, input.cleanup).write,
    });
    const { runaway, cleanup } = current;
    const outcome = await run(
      now,
      { ...sweepInput, ...anew, runaway, regret: cleanup.regret, costOf, publish: telling.publish },
      found,
      signal,
    );
    return { ...outcome, problems: [...outcome.problems, ...problems] };
  };
  return { inPass: besidePasses(0, job).inPass, close: stopper.close };
}

/** The policies of this moment, and those of before where nobody can read them. */
async function readFrom(last: CleanupInput) {
  const read = await last.readAnew?.();
  if (read === undefined) return { current: last, policyChanges: [], policiesUnread: null };
  if (read.kind === "unread") {
    const policiesUnread = { code: "PolicyUnread", message: read.message };
    return { current: last, policyChanges: [], policiesUnread };
  }
  const { switch: place, stopper } = last.cleanup;
  const current = { ...last, ...read.part, cleanup: { ...read.part.cleanup, switch: place, stopper } };
  return { current, policyChanges: policyChanges(last.policies, current.policies), policiesUnread: null };
}

/** Made with the first stop: a file that only observes may enforce later, and most never do. */
function lazyStopper(make: () => ReturnType<typeof stopperOf>): ReturnType<typeof stopperOf> {
  let made: ReturnType<typeof stopperOf> | null = null;
  return {
    stopSession: (...asked) => {
      made ??= make();
      return made.stopSession(...asked);
    },
    close: () => made?.close(),
  };
}
