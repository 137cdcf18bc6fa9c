import type { AwsClients } from "../../adapters/aws/clients.ts";
import { awsSendEvents } from "../../adapters/aws/events.ts";
import type { Plan } from "../../core/cleanup/plan/plan.ts";
import type { EntryOutcome } from "../../core/cleanup/stop/stop-outcome.ts";
import type { SwitchStanding } from "../../core/cleanup/stop/switch-standing.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { SweepPorts } from "../../core/jobs/sweep/sweep-ports.ts";
import type { Told } from "../../core/jobs/sweep/tell/tell-cleanup.ts";
import { type TellStopsPorts, tellPlannedStops, tellStops } from "../../core/jobs/sweep/tell/tell-stops.ts";
import type { SendEvents } from "../../core/ports/events.ts";
import { UsageError } from "../cli-error.ts";
import { safeText } from "../render/safe-text.ts";
import type { Terminal } from "../terminal.ts";
import { homeRegion } from "../watch/home-region.ts";
import type { Publishing } from "../watch/watch-options.ts";

/** Tells of stops that a person makes or lets be made: before the first one, and what became of them. */
export interface StopTeller {
  readonly before: (plan: Plan, signal: AbortSignal) => Promise<void>;
  readonly after: (targets: readonly Target[], outcomes: readonly EntryOutcome[], signal: AbortSignal) => Promise<void>;
}

/** Where nobody is to be told, and where nothing is stopped. */
export const tellsNobody: StopTeller = { before: async () => undefined, after: async () => undefined };

interface Telling {
  readonly publishing: Publishing;
  readonly standing: Pick<SwitchStanding, "position">;
  readonly targets: readonly Target[];
  /** Who stops by hand, and why; null: by a plan that is applied. */
  readonly override: { readonly by: string; readonly reason: string } | null;
}

/**
 * What cannot be told is a problem on the standard error, and bars no stop: a person waits for it, and has been told what is to be stopped.
 * Where the switch is not armed, nothing is planned that could be told before.
 */
export async function stopTeller(
  clients: AwsClients,
  ports: Pick<SweepPorts, "clock" | "documents" | "records" | "sha256">,
  { publishing, standing, targets, override }: Telling,
  terminal: Pick<Terminal, "err">,
): Promise<StopTeller> {
  if (!publishing.publish) return tellsNobody;
  const region = publishing.publishRegion ?? (await homeOr(clients, targets, terminal));
  if (region === null) return tellsNobody;
  const telling: TellStopsPorts = { ...ports, sendEvents: withinTime(awsSendEvents(clients, region)) };
  const say = (told: Told): void => {
    for (const line of untoldLines(told)) terminal.err(`${safeText(line)}\n`);
  };
  return {
    before: async (plan, signal) => {
      if (standing.position.state === "armed") say(await tellPlannedStops(telling, plan, override, signal));
    },
    after: async (places, outcomes, signal) => {
      say(await tellStops(telling, places, outcomes, signal));
    },
  };
}

async function homeOr(
  clients: AwsClients,
  targets: readonly Target[],
  terminal: Pick<Terminal, "err">,
): Promise<string | null> {
  try {
    return await homeRegion(clients, targets);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`Nobody is told: ${error.problems.join("; ")}. --no-publish tells nobody without a word.\n`);
    return null;
  }
}

function untoldLines({ events, problems }: Told): readonly string[] {
  const unsent = events.filter(({ result }) => result === "unsent");
  const [first] = unsent;
  const waiting =
    first === undefined
      ? []
      : [
          `${unsent.length} of ${events.length} events were not sent (${first.reason ?? "no reason was given"}). They wait in the state: what tells something next sends them. --no-publish tells nobody.`,
        ];
  return [...waiting, ...problems.map(({ code, message }) => `${code}: ${message}`)];
}

/** Whoever waits for a stop does not wait for an event bus that does not answer. */
const mostWaitMs = 10_000;

const withinTime =
  (send: SendEvents): SendEvents =>
  async (events, signal) => {
    const limit = AbortSignal.timeout(mostWaitMs);
    try {
      return await send(events, AbortSignal.any([signal, limit]));
    } catch (error) {
      if (signal.aborted || !limit.aborted) throw error;
      return events.map(() => ({ sent: false, reason: `no answer within ${mostWaitMs / 1000} seconds` }));
    }
  };
