import type { FaultRule } from "../faults.ts";
import { Fault, type Reply } from "../service.ts";
import type { Place } from "../world.ts";
import { isRead } from "./fault-scope.ts";
import type { HttpReply } from "./http.ts";
import type { Target } from "./protocol.ts";

/** Faults that answer in the operation's stead. Throws or returns the answer; null where the operation goes on. */
export function insteadOf(rule: FaultRule, target: Target): HttpReply | null {
  switch (rule.kind) {
    case "throttle":
      throw target.service.errors.throttled();
    case "error":
      throw serverError(rule.status ?? 500);
    case "access-denied":
      throw new Fault(
        "AccessDeniedException",
        403,
        `User: arn:aws:sts::000000000000:assumed-role/embedded-aws/fault is not authorized to perform: ${target.service.signingName}:${target.name} because no identity-based policy allows the ${target.service.signingName}:${target.name} action`,
      );
    case "vanish":
      throw new Fault("ResourceNotFoundException", 404, "The session was not found.");
    case "html-503":
      return {
        status: 503,
        headers: { "content-type": "text/html" },
        body: "<html><body><h1>503 Service Unavailable</h1></body></html>",
      };
    case "timeout":
      return dropped(rule);
    case "lost-answer":
    case "slow":
    case "empty-region":
    case "empty-page":
    case "repeated-token":
    case "missing-optional":
    case "unknown-status":
    case "partial-put-events":
      return null;
    default:
      return rule.kind satisfies never;
  }
}

const dropped = (rule: FaultRule): HttpReply => ({
  status: 500,
  headers: {},
  body: "",
  drop: true,
  delayMs: rule.delayMs ?? 10_000,
});

const serverError = (status: number): Fault =>
  new Fault(
    status === 503 ? "ServiceUnavailableException" : "InternalServerException",
    status,
    "The server encountered an internal error and was unable to complete your request.",
  );

/** What a client gets instead of the answer to a request that has had its effect. Throws or returns it; null for the answer itself. */
export function insteadOfAnswer(rule: FaultRule | null): HttpReply | null {
  if (rule?.kind !== "lost-answer") return null;
  if (rule.status !== undefined) throw serverError(rule.status);
  return dropped(rule);
}

/** The place as it looks through `empty-region`: enabled, with its quotas, and nothing in it but the SYSTEM interpreter. */
export function placeSeen(place: Place, target: Target, rule: FaultRule | null): Place {
  // Only reads are fooled: what is written must not land in a place that is thrown away.
  if (rule?.kind !== "empty-region" || !isRead(target.name)) return place;
  return {
    ...place,
    interpreters: new Map([...place.interpreters].filter(([, interpreter]) => interpreter.kind === "SYSTEM")),
    sessions: new Map(),
  };
}

/** The answer as `missing-optional` or `unknown-status` changes it. */
export function replySeen(reply: Reply, target: Target, rule: FaultRule | null): Reply {
  if (rule?.kind === "missing-optional") {
    const dropped = new Set(target.operation.optionalOutput ?? []);
    return { ...reply, body: rewritten(reply.body, (name, value) => (dropped.has(name) ? undefined : value)) };
  }
  if (rule?.kind === "unknown-status") {
    const isStatus = (name: string): boolean => /^(status|StatusCode)$/.test(name);
    return { ...reply, body: rewritten(reply.body, (name, value) => (isStatus(name) ? "HIBERNATING" : value)) };
  }
  return reply;
}

type Change = (name: string, value: unknown) => unknown;

function rewritten(body: Readonly<Record<string, unknown>>, change: Change): Record<string, unknown> {
  const members = Object.entries(body).map(([name, value]) => [name, deep(change(name, value), change)] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function deep(value: unknown, change: Change): unknown {
  if (Array.isArray(value)) return value.map((item) => deep(item, change));
  return typeof value === "object" && value !== null ? rewritten(value as Record<string, unknown>, change) : value;
}
