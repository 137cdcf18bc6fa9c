import type { LocalInterpreter, LocalSession, UsageDelivery, World } from "../world.ts";
import { plannedEnd } from "./life.ts";
import type { MeterRecord } from "./meter-records.ts";
import { chance, hash, hashText } from "./random.ts";

const minute = 60_000;

/**
 * When a record can first be read in the log. Measured on AWS: the first records of a session come 17 to 19 minutes late,
 * 75 to 80 % have come 14 minutes after the end, and all of them within the hour. Or all in a burst after the end.
 */
export function ingestedAtOf(record: MeterRecord, session: LocalSession, arrival: UsageDelivery): number {
  const { seed } = session.activity;
  // Records travel in batches of ten seconds.
  const batch = Math.floor(record.index / 10);
  const within = chance(seed, 61, batch);
  const isLate = chance(seed, 60, batch) < 0.22;
  if (arrival === "at-teardown") {
    const { endedAt } = plannedEnd(session);
    return Math.floor(endedAt + minute * (isLate ? 15 + 40 * within : 4 + 9 * within));
  }
  // A microVM that was up before its session writes under the session's id only once it has one.
  const knownAt = Math.max(record.stampAt, session.createdAt);
  if (record.index < 60) return Math.floor(knownAt + minute * (17 + 2 * within));
  return Math.floor(knownAt + minute * (isLate ? 30 + 25 * within : 5 + 8 * within));
}

/** When the usage records of a session come: as its interpreter says, else as the world does. */
export function usageDeliveryOf(session: LocalSession, world: World): UsageDelivery {
  const interpreter = world.place(session.account, session.region)?.interpreters.get(session.interpreterId);
  return interpreter?.usageDelivery ?? world.unknowns.usageDelivery;
}

/** When the same record comes a second time, which a few do; null for all others. */
export function redeliveredAtOf(record: MeterRecord, session: LocalSession, ingestedAt: number): number | null {
  const label = record.isExtra ? 63 : 62;
  if (chance(session.activity.seed, label, record.index) >= 0.003) return null;
  return ingestedAt + 1000 + (hash(session.activity.seed, 64, record.index) % (4 * minute));
}

/** A line of the log that is no usage record. */
export interface ValidationLine {
  readonly stampAt: number;
  readonly ingestedAt: number;
  readonly message: string;
}

/** What AWS writes into the log when a delivery is created; it is no JSON. */
export function deliveryValidationLine(
  interpreter: LocalInterpreter,
  kind: "usage" | "application",
  world: World,
): ValidationLine {
  const seed = hashText(kind === "usage" ? world.seed : hash(world.seed, 65), interpreter.arn);
  const stampAt = interpreter.createdAt + 1000 + (seed % minute);
  return {
    stampAt,
    ingestedAt: stampAt,
    message: `Permissions are set correctly to allow AWS CloudWatch Logs to write into your logs while creating a subscription.`,
  };
}
