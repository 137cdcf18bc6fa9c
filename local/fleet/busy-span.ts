/** A stretch of work. `isRequest` marks one during which the caller waits for an answer. */
export interface BusySpan {
  readonly startAt: number;
  readonly endAt: number;
  readonly vcpu: number;
  readonly isRequest: boolean;
}

/** At or above so many vCPUs a session works; below, it may still do something, such as a long job that hardly trickles. */
export const idleVcpu = 0.02;
