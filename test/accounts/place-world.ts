import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { AccountsInput, AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import type { UsageLocation, UsageRequest } from "../../core/ports/usage-source.ts";
import { openIn, sessionsOf, type World, worldOf } from "./keep-fixture.ts";
import { begin, found, keyOf, none, tool } from "./settle-fixture.ts";

/** Records as they lie in a place: a file, or lines of a log group that were delivered together. */
interface Placed {
  readonly session: string;
  readonly place?: string;
  readonly at: Instant;
  readonly records: readonly UsageFigures[];
}

interface PlaceStory {
  readonly placed: readonly Placed[];
  readonly sessions?: readonly SessionRecord[];
  /** Where deliveries go, as one who looks finds it. */
  readonly location: Partial<UsageLocation> | ((at: Instant) => Partial<UsageLocation>);
  readonly input?: Partial<AccountsInput>;
  readonly ports?: Partial<AccountsPorts>;
}

export interface PlaceWorld {
  readonly world: World;
  readonly ports: AccountsPorts;
  readonly requests: UsageRequest[];
  /** Whether a reading fails, and gives nothing. */
  isBroken: (request: UsageRequest) => boolean;
  /** A pass that believes it is `now`, at the service's time `at`. */
  readonly passAt: (now: Instant, at?: Instant) => Promise<AccountsOutcome>;
  readonly codes: (outcome: AccountsOutcome) => readonly string[];
  readonly bill: (session?: string) => Promise<SessionBill | undefined>;
  readonly records: (session?: string) => Promise<number | undefined>;
  readonly open: () => Promise<readonly string[]>;
}

/** A world whose usage records lie in places that keep them, and show what had come by the service's time. */
export function placeWorld({ placed, sessions = [], location, input = {}, ports = {} }: PlaceStory): PlaceWorld {
  const world = worldOf({ deliveries: [], sessions, hours: new Map() }, { backfillMs: 24 * 3_600_000, ...input });
  let at = begin;
  const locationAt = typeof location === "function" ? location : () => location;
  const requests: UsageRequest[] = [];
  const it: PlaceWorld = {
    world,
    requests,
    isBroken: () => false,
    ports: {
      ...world.ports,
      usage: {
        locate: async (_target, interpreter) => (interpreter === tool ? found(locationAt(at)) : none("not-enabled")),
        read: async (request, onUsage) => {
          requests.push(request);
          const { from, until, session } = request;
          const { place, windows, retentionMs } = request.location;
          let lines = 0;
          const isBroken = it.isBroken(request);
          for (const one of isBroken ? [] : placed) {
            const isThere = one.at <= at && (one.place ?? place) === place;
            if (!isThere || (session !== null && session !== one.session)) continue;
            const stamped = (t: Instant): boolean =>
              t >= from && t < until && (retentionMs === null || t >= at - retentionMs);
            const inWindow = one.at >= from && one.at < until ? one.records : [];
            const own = windows === "delivery" ? inWindow : one.records.filter((record) => stamped(record.at));
            lines += own.length;
            if (own.length > 0) await onUsage([{ key: keyOf(one.session), usage: usageColumnsOf(own) }]);
          }
          const problems = isBroken ? [{ code: "Broken", message: "broken" }] : [];
          return { lines, records: lines, skipped: new Map(), complete: !isBroken, approximate: null, problems };
        },
      },
      ...ports,
    },
    passAt: (now, service = now) => {
      at = service;
      return world.passAt(now, it.ports);
    },
    codes: ({ targets }) => targets.flatMap(({ problems }) => problems.map(({ code }) => code)),
    bill: async (session = "s") => (await sessionsOf(world)).get(session),
    records: async (session = "s") =>
      (await sessionsOf(world)).get(session)?.charges.reduce((sum, charge) => sum + charge.records, 0),
    open: () => openIn(world),
  };
  return it;
}

export const bucketPlace = { kind: "bucket", place: "s3://usage/", windows: "delivery" } as const;
