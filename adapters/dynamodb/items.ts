import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Target, targetKey } from "../../core/inventory/target.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import { type GoneRecord, keptGoneMs, type SessionRecord } from "../../core/ports/registry.ts";
import { detailOfText, textOfDetail, textOfSession } from "../../core/ports/registry-text.ts";

export type Item = Record<string, AttributeValue>;

// Developer guide, "Constraints in Amazon DynamoDB", read 2026-11: 400 KB an item, names included; 2048 bytes a partition
// key and 1024 bytes a sort key. Some room is left for the other attributes.
export const mostItemBytes = 400 * 1024 - 4096;

/** An event in the outbox of a head. */
export interface Entry {
  readonly id: string;
  readonly at: number;
  readonly detailType: string;
  readonly detail: string;
  readonly sequence: number;
  /** 0 while nobody claims it. */
  readonly claimedUntil: number;
}

export const partitionOf = (target: Target): string => `target#${targetKey(target)}`;

export const headKey = (target: Target): Item => ({ pk: { S: partitionOf(target) }, sk: { S: "head" } });

// Open and gone sessions lie apart, so that a pass reads the live ones alone, however many have been.
export const sessionKey = (target: Target, kind: "open" | "gone", record: SessionRecord): Item => ({
  pk: { S: partitionOf(target) },
  sk: { S: `${kind}#${record.interpreter}#${record.session}` },
});

export const openItem = (target: Target, record: SessionRecord, observedAt: Instant): Item => ({
  ...sessionKey(target, "open", record),
  observedAt: { N: String(observedAt) },
  record: { S: textOfSession(record) },
});

/** DynamoDB deletes it some days after `expiresAt`, which is in seconds. */
export const goneItem = (target: Target, record: GoneRecord, observedAt: Instant): Item => ({
  ...sessionKey(target, "gone", record),
  observedAt: { N: String(observedAt) },
  record: { S: textOfSession(record) },
  expiresAt: { N: String(Math.ceil((record.goneAt + keptGoneMs) / 1000)) },
});

export const entryOf = (event: OutgoingEvent, revision: number, index: number): AttributeValue => ({
  M: {
    at: { N: String(event.at) },
    detailType: { S: event.detailType },
    detail: { S: textOfDetail(event.detail) },
    // Events of one pass keep their order, and those of a later pass come later.
    sequence: { N: String(revision * 1000 + index) },
    claimedUntil: { N: "0" },
  },
});

/** Oldest first. */
export const entriesOf = (head: Item): readonly Entry[] =>
  Object.entries(head["events"]?.M ?? {})
    .map(([id, value]) => {
      const entry = value.M ?? {};
      return {
        id,
        at: numberOf(entry, "at"),
        detailType: textOf(entry, "detailType"),
        detail: textOf(entry, "detail"),
        sequence: numberOf(entry, "sequence"),
        claimedUntil: numberOf(entry, "claimedUntil"),
      };
    })
    .sort((a, b) => a.sequence - b.sequence);

export const eventOf = (entry: Entry): OutgoingEvent => ({
  id: entry.id,
  at: instant(entry.at),
  detailType: entry.detailType,
  detail: detailOfText(entry.detail),
});

/** These throw `SyntaxError` where an item is not one of ours. */
export function textOf(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw new SyntaxError(`the attribute ${name} is not a text`);
  return text;
}

export function numberOf(item: Item, name: string): number {
  const number = Number(item[name]?.N);
  if (!Number.isSafeInteger(number)) throw new SyntaxError(`the attribute ${name} is not a whole number`);
  return number;
}
