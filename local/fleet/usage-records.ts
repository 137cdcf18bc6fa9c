import type { LocalSession, World } from "../world.ts";
import { ingestedAtOf, redeliveredAtOf, usageDeliveryOf } from "./delivery.ts";
import { interpreterArn } from "./identifiers.ts";
import { indicesWithin, type MeterRecord, visitRecords } from "./meter-records.ts";

/** A USAGE_LOGS record as the log holds it. */
export interface UsageRecord {
  readonly stampAt: number;
  readonly elapsedSeconds: number;
  readonly vcpuHours: number;
  readonly gbHours: number;
  /** When it can first be read; may lie in the future. */
  readonly ingestedAt: number;
  /** A second delivery of the record before it. */
  readonly isRedelivery: boolean;
}

const gib = 2 ** 30;

/** The session's records stamped in [fromMs, toMs) and complete by now, with those that are delivered twice; by stamp. */
export function usageRecords(session: LocalSession, world: World, fromMs: number, toMs: number): UsageRecord[] {
  const records: UsageRecord[] = [];
  const arrival = usageDeliveryOf(session, world);
  visitRecords(session, world, indicesWithin(session, fromMs, toMs), world.clock.now(), (record) => {
    if (record.stampAt < fromMs || record.stampAt >= toMs) return;
    const ingestedAt = ingestedAtOf(record, session, arrival);
    const logged = { ...hoursOf(record), ingestedAt, isRedelivery: false };
    records.push(logged);
    const redeliveredAt = redeliveredAtOf(record, session, ingestedAt);
    if (redeliveredAt !== null) records.push({ ...logged, ingestedAt: redeliveredAt, isRedelivery: true });
  });
  return records;
}

function hoursOf(record: MeterRecord): Pick<UsageRecord, "stampAt" | "elapsedSeconds" | "vcpuHours" | "gbHours"> {
  return {
    stampAt: record.stampAt,
    elapsedSeconds: record.elapsedMs / 1000,
    vcpuHours: record.vcpuNs / 3600e9,
    gbHours: record.byteMs / (3_600_000 * gib),
  };
}

/** One line of the log, without a line break. */
export function usageLogLine(record: UsageRecord, session: LocalSession): string {
  const [head, elapsed, vcpu, memory] = partsOf(session);
  return `${head}${record.stampAt}${elapsed}${record.elapsedSeconds}${vcpu}${record.vcpuHours}${memory}${record.gbHours}}}`;
}

type LineParts = readonly [head: string, elapsed: string, vcpu: string, memory: string];

/** All but the numbers is the same in each of a session's lines, of which there are thousands, so it is written once. */
const parts = new WeakMap<LocalSession, LineParts>();

function partsOf(session: LocalSession): LineParts {
  const known = parts.get(session);
  if (known !== undefined) return known;
  const text = JSON.stringify;
  const arn = text(interpreterArn(session.account, session.region, session.interpreterId));
  const region = text(session.region);
  const made: LineParts = [
    `{"resource_arn":${arn},"event_timestamp":`,
    `,"resource":{"cloud.provider":"aws","service.name":"AgentCore.CodeInterpreter","cloud.region":${region}},"attributes":{"account.id":${text(session.account)},"region":${region},"resource.id":${arn},"session.id":${text(session.id)},"time_elapsed_seconds":`,
    '},"metrics":{"codeInterpreter.vcpu.hours.used":',
    ',"codeInterpreter.memory.gb_hours.used":',
  ];
  parts.set(session, made);
  return made;
}
