import { type Instant, instant } from "../../kernel/instant.ts";
import type { StopRecord } from "../../ports/stops.ts";

/** When a stop was decided, by a clock that may have been set back since it was intended: nothing ends before it began. */
export const decidedAtOf = ({ intendedAt }: Pick<StopRecord, "intendedAt">, at: Instant): Instant =>
  instant(Math.max(at, intendedAt));
