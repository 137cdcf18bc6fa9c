import { instantOfIso } from "../../kernel/calendar.ts";
import { type Instant, isoOf } from "../../kernel/instant.ts";

/** Begins with the instant at which the plan was made, so that plans sort by time. */
export const planIdOf = (madeAt: Instant, digest: string): string =>
  `${isoOf(madeAt).replace(/[-:.]/g, "")}-${digest.slice(0, 16)}`;

const begin = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/;

/** When the plan of an id was made; null where the id does not say. */
export const madeAtOf = (planId: string): Instant | null =>
  instantOfIso(planId.replace(begin, "$1-$2-$3T$4:$5:$6.$7Z"));
