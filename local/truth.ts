import type { ActivityProfile } from "./fleet/activity.ts";
import { afterStop } from "./fleet/after-stop.ts";
import { lastActiveAt } from "./fleet/calls.ts";
import { endOf, sessionStatusAt, stoppedByClientAt } from "./fleet/life.ts";
import { principalOf } from "./fleet/principal.ts";
import { settleReturns } from "./fleet/returning.ts";
import { costOf, type SessionCost, unknownCost } from "./fleet/session-cost.ts";
import { workSpans } from "./fleet/work-spans.ts";
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
  /** When it worked; only where that was asked for. */
  readonly work?: WorkTruth;
}

/** What a session did, and would have done. Instants are ISO text. */
interface WorkTruth {
  readonly profile: ActivityProfile;
  /** By start: a request in flight (`call`), or CPU at the idle level or above (`cpu`). Ends are not included. */
  readonly spans: readonly { readonly from: string; readonly until: string; readonly cause: "call" | "cpu" }[];
  /** Whether its own caller stopped it by plan, or a client by a request; null where nobody did. */
  readonly stoppedBy: "plan" | "client" | null;
  /** For a session that a client stopped, null for all others: what would have come if nobody had. */
  readonly wouldHaveWorkedAgainAt: string | null;
  readonly wouldHaveEndedAt: string | null;
  readonly remainingUsd: string | null;
  readonly remainingIdleUsd: string | null;
}

export interface TruthOptions {
  /** Without it both costs are null, and a large fleet answers at once. */
  readonly cost: boolean;
  readonly status: "READY" | "TERMINATED" | null;
  /** Adds `work`: what touches [from, until), both in milliseconds since 1970; null leaves it out. */
  readonly work: { readonly from: number; readonly until: number } | null;
}

/** All sessions that AWS would still know, by account, Region, interpreter and session. */
export function truthOf(world: World, options: Partial<TruthOptions> = {}): Truth {
  settleReturns(world);
  const now = world.clock.now();
  const { cost = true, status = null, work = null } = options;
  const sessions: SessionTruth[] = [];
  for (const place of world.places()) {
    for (const ofInterpreter of place.sessions.values()) {
      for (const session of ofInterpreter.values()) {
        const truth = sessionTruth(session, world, now, { cost, status, work });
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
  { cost, status: wanted, work }: TruthOptions,
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
    ...(cost ? costOf(session, world, now) : unknownCost),
    ...(work === null ? {} : { work: workOf(session, world, now, work, cost) }),
  };
}

function workOf(
  session: LocalSession,
  world: World,
  now: number,
  { from, until }: { readonly from: number; readonly until: number },
  withCost: boolean,
): WorkTruth {
  const after = afterStop(session, world, now, withCost);
  const isStopped = endOf(session, now)?.endedBy === "stop";
  return {
    profile: session.activity.profile,
    spans: workSpans(session, from, Math.min(until, now)).map(({ startAt, endAt, cause }) => ({
      from: iso(startAt),
      until: iso(endAt),
      cause,
    })),
    stoppedBy: !isStopped ? null : stoppedByClientAt(session) === null ? "plan" : "client",
    wouldHaveWorkedAgainAt:
      after?.workedAgainAt === undefined || after.workedAgainAt === null ? null : iso(after.workedAgainAt),
    wouldHaveEndedAt: after === null ? null : iso(after.endedAt),
    remainingUsd: after?.remainingUsd ?? null,
    remainingIdleUsd: after?.remainingIdleUsd ?? null,
  };
}

function usageLogsOf(session: LocalSession, world: World): Pick<SessionTruth, "usageLogs"> {
  const interpreter = world.place(session.account, session.region)?.interpreters.get(session.interpreterId);
  const delivery = interpreter?.usageLogs ?? null;
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
