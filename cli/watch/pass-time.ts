import { AwsError } from "../../adapters/aws/aws-error.ts";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { readIdentity } from "../../adapters/aws/identity.ts";
import { serviceTime } from "../../adapters/aws/service-time.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { ScanSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";

/**
 * The time of a pass by the service's clock, asked anew for each: a machine that sleeps and wakes, or an embedded AWS
 * that runs faster, drifts. Where the service does not answer, the last answer holds; the pass itself says what is wrong.
 */
export function passTime(clients: AwsClients, subject: Pick<ScanSubject, "targets">) {
  const [first] = subject.targets;
  const clock = serviceTime(clients, systemClock);
  // Who the caller is was asked a moment ago.
  let asked = true;
  return async (signal: AbortSignal): Promise<Instant> => {
    if (!asked && first !== undefined) {
      try {
        await readIdentity(clients, [first.region], systemClock.now, signal);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
    }
    asked = false;
    return clock.now();
  };
}
