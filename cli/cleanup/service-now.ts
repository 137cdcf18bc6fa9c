import type { AwsClients } from "../../adapters/aws/clients.ts";
import { readIdentity } from "../../adapters/aws/identity.ts";
import { serviceTime } from "../../adapters/aws/service-time.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { systemClock } from "../system-clock.ts";

/** The time that passes go by, where the service says it; `notAsked`: why this machine's clock had to do, null where it had not to. */
export interface AskedTime {
  readonly now: Instant;
  readonly notAsked: string | null;
}

/** Whoever protects a session in an incident does not wait for it any longer. */
const askedForMs = 3000;

/**
 * The service's time by one question that needs no right, since a refusal has a date as well. What is protected has to be protected also where
 * AWS cannot be reached, so that nothing that goes wrong here ends the run but an abort.
 */
export async function serviceNow(clients: AwsClients, signal: AbortSignal): Promise<AskedTime> {
  // Whoever opened a table has been told already.
  const why = clients.clockAheadMs() === null ? await askTime(clients, signal) : null;
  return { now: serviceTime(clients, systemClock).now(), notAsked: clients.clockAheadMs() === null ? why : null };
}

async function askTime(clients: AwsClients, signal: AbortSignal): Promise<string> {
  const limit = AbortSignal.timeout(askedForMs);
  try {
    const region = (await clients.defaultRegion()) ?? "us-east-1";
    await readIdentity(clients, [region], systemClock.now, AbortSignal.any([signal, limit]));
    return "its answer has no date";
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) return `no answer came within ${askedForMs / 1000} seconds`;
    if (!(error instanceof Error)) throw error;
    return error.message;
  }
}
