import { plusMs } from "../../core/kernel/instant.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { AwsClients } from "./clients.ts";

/**
 * The service's time, by its latest answer, so that plans, protections and their ends go by one clock, however wrong this machine's is or
 * becomes. Until an answer says the time, the machine's.
 */
export const serviceTime = (clients: Pick<AwsClients, "clockAheadMs">, machine: Clock): Clock => ({
  ...machine,
  now: () => plusMs(machine.now(), clients.clockAheadMs() ?? 0),
});
