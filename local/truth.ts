import { lastActiveAt } from "./fleet/calls.ts";
import { endOf, sessionStatusAt } from "./fleet/life.ts";
import { principalOf } from "./fleet/principal.ts";
import { costOf, type SessionCost, unknownCost } from "./fleet/session-cost.ts";
import type { LocalSession, World } from "./world.ts";

export interface Truth {
  readonly now: string;
  readonly sessions: readonly SessionTruth[];
}

/** A session's true life, activity and exact cost, from the generator's own state. */
export interface SessionTruth extends SessionCost {
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  readonly session: string;
  readonly name: string | null;
  readonly status: "READY" | "TERMINATED";
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly endedBy: "timeout" | "stop" | null;
  /** The last moment with a request in flight or a job at work. Being stopped is no activity. */
  readonly lastActiveAt: string | null;
  /** Where its records go: `none`, `log-group` or `bucket`, or what is wrong with the log group. */
  readonly usageLogs: "none" | "log-group" | "missing" | "unreadable" | "bucket";
  /** Who started it, as CloudTrail says. */
  readonly principal: string;
}

export interface TruthOptions {
  /** Without it both costs are null, and a large fleet answers at once. */
  readonly cost: boolean;
  readonly status: "READY" | "TERMINATED" | null;
}

/** All sessions that AWS would still know, by account, Region, interpreter and session. */
export function truthOf(world: World, options: Partial<TruthOptions> = {}): Truth {
  const now = world.clock.now();
  const { cost = true, status = null } = options;
  const sessions: SessionTruth[] = [];
  for (const place of world.places()) {
    for (const ofInterpreter of place.sessions.values()) {
      for (const session of ofInterpreter.values()) {
        const truth = sessionTruth(session, world, now, cost, status);
        if (truth !== null) sessions.push(truth);
      }
    }
  }
  return { now: iso(now), sessions: sessions.sort(byIdentity) };
}

function sessionTruth(
  session: LocalSession,
  world: World,
  now: number,
  withCost: boolean,
  wanted: TruthOptions["status"],
): SessionTruth | null {
  const status = sessionStatusAt(session, now);
  if (status === "unborn" || status === "forgotten") return null;
  if (wanted !== null && status !== wanted) return null;
  const end = endOf(session, now);
  const activeAt = lastActiveAt(session, now);
  return {
    account: session.account,
    region: session.region,
    interpreter: session.interpreterId,
    session: session.id,
    name: session.name,
    status,
    createdAt: iso(session.createdAt),
    endedAt: end === null ? null : iso(end.endedAt),
    endedBy: end?.endedBy ?? null,
    lastActiveAt: activeAt === null ? null : iso(activeAt),
    ...usageLogsOf(session, world),
    principal: principalOf(session).arn,
    ...(withCost ? costOf(session, world, now) : unknownCost),
  };
}

function usageLogsOf(session: LocalSession, world: World): Pick<SessionTruth, "usageLogs"> {
  const interpreter = world.place(session.account, session.region)?.interpreters.get(session.interpreterId);
  const delivery = interpreter?.usageDelivery ?? null;
  if (delivery === null) return { usageLogs: "none" };
  if (delivery.to === "bucket") return { usageLogs: "bucket" };
  return { usageLogs: delivery.state === "present" ? "log-group" : delivery.state };
}

const iso = (at: number): string => new Date(at).toISOString();

const byIdentity = (one: SessionTruth, other: SessionTruth): number =>
  compare(one.account, other.account) ||
  compare(one.region, other.region) ||
  compare(one.interpreter, other.interpreter) ||
  compare(one.session, other.session);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
