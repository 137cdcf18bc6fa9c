import { gzipSync } from "node:zlib";
import type { Bucket, BucketDelivery, LocalInterpreter, LocalSession, Place, World } from "../world.ts";
import { deliveryValidationLine, usageDeliveryOf } from "./delivery.ts";
import { plannedEnd } from "./life.ts";
import { hashText } from "./random.ts";
import { storedObject } from "./stored-object.ts";
import { usageLogLine, usageRecords } from "./usage-records.ts";

/** Log files are written every five minutes. */
const fileMs = 300_000;
/** No record comes later than this after its stamp or its session's end, the second copy of one included. */
const longestLagMs = 75 * 60_000;

/** Writes the files of USAGE_LOGS that were due by `now`. What somebody removed stays removed: each file is written once. */
export function deliverUsage(world: World, bucket: Bucket, now: number): void {
  for (const place of world.places()) {
    for (const interpreter of place.interpreters.values()) {
      const delivery = interpreter.usageLogs;
      if (delivery?.to === "bucket" && delivery.bucket === bucket.name) {
        deliverOf(world, place, interpreter, delivery, bucket, now);
      }
    }
  }
}

function deliverOf(
  world: World,
  place: Place,
  interpreter: LocalInterpreter,
  delivery: BucketDelivery,
  bucket: Bucket,
  now: number,
): void {
  const from = bucket.deliveredUntil.get(interpreter.arn) ?? 0;
  const until = Math.floor(now / fileMs) * fileMs;
  if (until <= from) return;
  bucket.deliveredUntil.set(interpreter.arn, until);
  const files = new Map<number, string[]>();
  const write = (ingestedAt: number, line: () => string): void => {
    if (ingestedAt < from || ingestedAt >= until) return;
    const file = Math.floor(ingestedAt / fileMs);
    const held = files.get(file) ?? [];
    files.set(file, held);
    held.push(line());
  };
  const validation = deliveryValidationLine(interpreter, "usage", world);
  write(validation.ingestedAt, () => validation.message);
  for (const session of place.sessions.get(interpreter.id)?.values() ?? []) {
    if (session.createdAt > now || plannedEnd(session).endedAt + longestLagMs < from) continue;
    for (const record of usageRecords(session, world, earliestStamp(session, world, from), now + 1)) {
      write(record.ingestedAt, () => usageLogLine(record, session));
    }
  }
  for (const [file, lines] of files) {
    const writtenAt = (file + 1) * fileMs;
    const body = gzipSync(`${lines.join("\n")}\n`);
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    bucket.objects.set(keyOf(delivery, place, interpreter, writtenAt), storedObject(body, writtenAt, headers));
  }
}

/** A session that lives is read only as far back as a late record can come from, unless all of it comes at its end. */
const earliestStamp = (session: LocalSession, world: World, from: number): number =>
  usageDeliveryOf(session, world) === "at-teardown" || from < session.createdAt + longestLagMs
    ? 0
    : from - longestLagMs;

/** Not verified: AWS documents `AWSLogs/<account>/` and the placeholders of the suffix, and not what this service puts between. */
function keyOf(delivery: BucketDelivery, place: Place, { id, arn }: LocalInterpreter, writtenAt: number): string {
  const [year, month, day, hour, minute] = new Date(writtenAt).toISOString().split(/[-T:]/);
  const unique = hashText(hashText(0, arn), String(writtenAt)).toString(16).padStart(8, "0");
  const folder = `${delivery.prefix}AWSLogs/${place.account}/bedrock-agentcore/USAGE_LOGS/${place.region}/${year}/${month}/${day}/${hour}`;
  return `${folder}/${id}_${year}${month}${day}T${hour}${minute}Z_${unique}.log.gz`;
}
