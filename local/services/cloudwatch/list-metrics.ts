import type { Reply, Request } from "../../service.ts";
import { isIndex, readToken, writeToken } from "../page-token.ts";
import { invalidValue } from "./errors.ts";
import { ownMetrics } from "./own-metrics.ts";
import type { Listed } from "./reading.ts";
import { type MetricIdentity, storedMetrics } from "./store.ts";

const PAGE = 500;
/** "When CloudWatch creates a metric, it can take up to fifteen minutes for the metric to appear in calls to ListMetrics." */
export const LISTING_LAG_MS = 15 * 60_000;
/** A metric without new data for two weeks is listed no more. */
const LISTED_FOR_MS = 14 * 24 * 3_600_000;
/** `PT3H`. AWS says that metrics of up to 50 minutes more can be among them; here the three hours are exact. */
const RECENT_MS = 3 * 3_600_000;

interface Asked {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value?: string }[];
  readonly RecentlyActive?: string;
  readonly IncludeLinkedAccounts?: boolean;
  readonly OwningAccount?: string;
  readonly NextToken?: string;
}

export function listMetrics({ input, world, place, now }: Request): Reply {
  const { NextToken: token, ...asked } = input as unknown as Asked;
  const start = token === undefined ? 0 : readToken(asked, token, isIndex);
  if (start === null) throw invalidValue("Invalid nextToken");
  const custom: Listed[] = [...storedMetrics(place, now).values()].map((stored) => ({
    metric: stored.metric,
    firstAt: stored.firstPutAt,
    latestAt: stored.latestAt,
  }));
  const known = [...ownMetrics({ world, place }), ...custom];
  const found = known.filter((each) => isListed(each, asked, now) && matches(each.metric, asked));
  const page = found.slice(start, start + PAGE);
  // Only a monitoring account has linked ones; without any, the owner of every metric is the caller.
  const owned = asked.OwningAccount === undefined || asked.OwningAccount === place.account;
  return {
    body: {
      Metrics: owned ? page.map(({ metric }) => shown(metric)) : [],
      ...(asked.IncludeLinkedAccounts === true && owned ? { OwningAccounts: page.map(() => place.account) } : {}),
      ...(owned && start + PAGE < found.length ? { NextToken: writeToken(asked, start + PAGE) } : {}),
    },
  };
}

function isListed(each: Listed, asked: Asked, now: number): boolean {
  if (now - each.firstAt < LISTING_LAG_MS) return false;
  return now - each.latestAt <= (asked.RecentlyActive === undefined ? LISTED_FOR_MS : RECENT_MS);
}

/** Every dimension asked for must be there; further ones may be. */
function matches(metric: MetricIdentity, asked: Asked): boolean {
  if (asked.Namespace !== undefined && asked.Namespace !== metric.namespace) return false;
  if (asked.MetricName !== undefined && asked.MetricName !== metric.name) return false;
  return (asked.Dimensions ?? []).every(({ Name, Value }) =>
    metric.dimensions.some(([name, value]) => name === Name && (Value === undefined || value === Value)),
  );
}

const shown = (metric: MetricIdentity): Readonly<Record<string, unknown>> => ({
  Namespace: metric.namespace,
  MetricName: metric.name,
  Dimensions: metric.dimensions.map(([Name, Value]) => ({ Name, Value })),
});
