import { AwsError } from "../../adapters/aws/aws-error.ts";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { readIdentity } from "../../adapters/aws/identity.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { ScanSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";

/**
 * The time of a pass by the service's clock, asked anew for each: a machine that sleeps and wakes, or an embedded AWS
 * that runs faster, drifts. Where the service does not answer, the last answer holds; the pass itself says what is wrong.
 */
export function serviceClock(clients: AwsClients, subject: ScanSubject) {
  const [first] = subject.targets;
  let aheadMs = subject.identity.clockAheadMs ?? 0;
  let asked = true;
  return async (startedAt: Instant, signal: AbortSignal): Promise<Instant> => {
    if (!asked && first !== undefined) {
      try {
        aheadMs = (await readIdentity(clients, [first.region], systemClock.now, signal)).clockAheadMs ?? aheadMs;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
    }
    asked = false;
    return Math.abs(aheadMs) > toleratedSkewMs ? plusMs(startedAt, aheadMs) : startedAt;
  };
}

const toleratedSkewMs = 2000;
