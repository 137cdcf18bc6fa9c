import type { LocalSession } from "../world.ts";
import type { BusySpan } from "./busy-span.ts";
import { between, wholeBetween } from "./random.ts";

/**
 * Requests of a caller who comes back by session id: visits of one to four minutes, with 20 to 60 minutes between them. They
 * follow from when the caller first came, so that a session that takes the place of one that is gone goes on with them.
 */
export function visitSpans(session: LocalSession, fromMs: number, toMs: number): BusySpan[] {
  const { profile, seed, originAt = session.createdAt } = session.activity;
  if (profile !== "returning") return [];
  const spans: BusySpan[] = [];
  let visitAt = originAt;
  for (let visit = 0; visit < wholeBetween(4, 9, seed, 94) && visitAt < toMs; visit++) {
    const visitMs = Math.floor(between(1, 4, seed, 95, visit) * minute);
    for (let request = 0; (request + 1) * slotMs <= visitMs; request++) {
      const label = visit * 100 + request;
      const startAt = visitAt + request * slotMs + Math.floor(between(2000, 8000, seed, 96, label));
      const endAt = startAt + Math.floor(between(1000, 11_000, seed, 97, label));
      // What came before the session was another's.
      if (startAt < session.createdAt || startAt >= toMs || endAt <= fromMs) continue;
      spans.push({ startAt, endAt, vcpu: between(0.3, 1.7, seed, 98, label), isRequest: true });
    }
    visitAt += visitMs + Math.floor(between(20, 60, seed, 99, visit) * minute);
  }
  return spans;
}

const minute = 60_000;
const slotMs = 20_000;
