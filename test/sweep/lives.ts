import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { Session } from "../../core/inventory/session.ts";
import type { Target } from "../../core/inventory/target.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";

const begin = instant(Date.UTC(2026, 10, 20, 12));
/** Minutes from the beginning. */
export const minute = (count: number): Instant => plusMs(begin, Math.round(count * 60_000));
export const here: Target = { account: accountId("111122223333"), region: region("us-east-1") };
export const tool = interpreterId("tool-VbMl9Hi8I4");

interface Stretch {
  readonly from: Instant;
  readonly until: Instant;
}

/** What a session does in truth, whoever looks at it. */
export interface Life {
  readonly id: string;
  readonly createdAt: Instant;
  readonly timeoutSeconds: number;
  /** When its own caller stops it; null: never. */
  readonly stoppedAt: Instant | null;
  readonly busy: readonly Stretch[];
  readonly calls: readonly Stretch[];
}

/** A session that was called and worked in its first two minutes, and never again in its eight hours. */
export const leak = (id: string, change: Partial<Life> = {}): Life => {
  const createdAt = change.createdAt ?? begin;
  const first = { from: createdAt, until: plusMs(createdAt, 120_000) };
  return { id, createdAt, timeoutSeconds: 8 * 3600, stoppedAt: null, busy: [first], calls: [first], ...change };
};

export const endOf = ({ createdAt, timeoutSeconds, stoppedAt }: Life): Instant =>
  instant(Math.min(plusMs(createdAt, timeoutSeconds * 1000), stoppedAt ?? Number.MAX_SAFE_INTEGER));

/** As a listing has it while it lives. */
export const sessionOf = (life: Life): Session => ({
  target: here,
  interpreter: tool,
  interpreterKind: "CUSTOM",
  id: sessionId(life.id),
  name: `name of ${life.id}`,
  status: "READY",
  createdAt: life.createdAt,
  lastUpdatedAt: life.createdAt,
  timeoutSeconds: life.timeoutSeconds,
});

const meets = (a: Stretch, b: Stretch): boolean => a.from < b.until && b.from < a.until;

/** Whether it works at any moment of a stretch. */
export const worksWithin = ({ busy, calls }: Life, stretch: Stretch): boolean =>
  [...busy, ...calls].some((work) => meets(work, stretch));

const recordMs = 30_000;

/** One record each half minute, of those that lie in [from, until). */
export function usageOf(life: Life, endedAt: Instant, from: Instant, until: Instant) {
  const rows = [];
  const first = Math.max(0, Math.ceil((from - life.createdAt) / recordMs));
  for (let n = first; ; n += 1) {
    const at = plusMs(life.createdAt, n * recordMs);
    if (at >= until || at + recordMs > endedAt) break;
    const works = life.busy.some((span) => meets(span, { from: at, until: plusMs(at, recordMs) }));
    rows.push({
      at,
      elapsedSeconds: recordMs / 1000,
      vcpuHours: ((works ? 0.8 : 0.0002) * recordMs) / 3_600_000,
      gbHours: (1.2 * recordMs) / 3_600_000,
    });
  }
  return usageColumnsOf(rows);
}
