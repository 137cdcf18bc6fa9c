import { randomUUID } from "node:crypto";
import type { CallLog, CallRecord } from "../calls.ts";
import type { FaultRule, Faults } from "../faults.ts";
import { settleReturns } from "../fleet/returning.ts";
import { Fault, type ServiceDefinition } from "../service.ts";
import { problemsOf } from "../validate.ts";
import type { World } from "../world.ts";
import { accountOf } from "./account.ts";
import { insteadOf, insteadOfAnswer, placeSeen, replySeen } from "./act-out.ts";
import { type Signer, signerOf } from "./authorization.ts";
import { awsJson } from "./aws-json.ts";
import { awsQuery } from "./aws-query.ts";
import { canShow } from "./fault-scope.ts";
import type { HttpReply, HttpRequest } from "./http.ts";
import { isObjectStore } from "./object-store.ts";
import type { Protocol, Target } from "./protocol.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { restJson } from "./rest-json.ts";
import { restXml } from "./rest-xml.ts";
import type { SignatureClock } from "./signature-clock.ts";
import { pageSeen, unmarked } from "./token-faults.ts";

export interface Dispatcher {
  readonly world: World;
  readonly services: readonly ServiceDefinition[];
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly signatures: SignatureClock;
}

/** What is known of a request so far: for the call log, whatever becomes of it. */
interface Progress {
  signer: Signer | null;
  target: Target | null;
  rule: FaultRule | null;
  throttled: boolean;
}

/** Takes one API request all the way to its answer. Never throws for what a client did. */
export async function dispatch(to: Dispatcher, http: HttpRequest): Promise<HttpReply> {
  const requestId = randomUUID();
  const protocol = protocolOf(http);
  const progress: Progress = { signer: null, target: null, rule: null, throttled: false };
  let error: string | null = null;
  let reply: HttpReply;
  try {
    reply = await answer(to, protocol, http, requestId, progress);
  } catch (thrown) {
    const fault = thrown instanceof Fault ? thrown : internal(thrown);
    error = fault.code;
    reply = protocol.writeFault(fault, requestId, http);
  }
  to.calls.record(recordOf(to.world, progress, requestId, reply, error));
  const delayMs = progress.rule?.kind === "slow" ? (progress.rule.delayMs ?? 1000) : reply.delayMs;
  return {
    ...reply,
    ...(delayMs === undefined ? {} : { delayMs }),
    headers: { "x-amzn-requestid": requestId, ...reply.headers },
  };
}

/** Answers a request that could not even be read, in its protocol and with an entry in the call log. */
export function refuse(to: Dispatcher, http: HttpRequest, fault: Fault): HttpReply {
  const requestId = randomUUID();
  const reply = protocolOf(http).writeFault(fault, requestId, http);
  const progress: Progress = { signer: null, target: null, rule: null, throttled: false };
  to.calls.record(recordOf(to.world, progress, requestId, reply, fault.code));
  return { ...reply, headers: { "x-amzn-requestid": requestId, ...reply.headers } };
}

/** Requests a second that an operation takes; undefined: any number. */
function limitOf({ operation, service }: Target, world: World): number | undefined {
  const own = operation.ratePerSecond?.(world);
  return own === undefined || service.signingName === "bedrock-agentcore" ? own : own * world.limits.othersTimes;
}

async function answer(
  to: Dispatcher,
  protocol: Protocol,
  http: HttpRequest,
  requestId: string,
  progress: Progress,
): Promise<HttpReply> {
  const { world } = to;
  const signer = signerOf(http.headers);
  progress.signer = signer;
  const target = protocol.route(to.services, http);
  progress.target = target;
  if (signer.service !== target.service.signingName) {
    throw new Fault(
      "InvalidSignatureException",
      403,
      `Credential should be scoped to correct service: '${target.service.signingName}'.`,
    );
  }
  to.signatures.check(signer.signedAt);
  const account = accountOf(signer.accessKeyId, world);
  const place = world.place(account, signer.region);
  if (place === null) {
    throw new Fault("UnrecognizedClientException", 403, "The security token included in the request is invalid.");
  }
  const limit = limitOf(target, world);
  // The attempt takes its share of the rate before any fault strikes it, as on AWS every attempt counts.
  const bucket = `${target.service.name}/${target.name}/${account}/${signer.region}`;
  if (limit !== undefined && !to.limiter.take(bucket, limit)) {
    progress.throttled = true;
    throw target.service.errors.throttled();
  }
  settleReturns(world);
  const rule = to.faults.strike({
    operation: target.name,
    region: signer.region,
    account,
    shows: (kind) => canShow(kind, target.name, target.operation),
  });
  progress.rule = rule;
  const instead = rule === null ? null : insteadOf(rule, target);
  if (instead !== null) return instead;
  const asked = protocol.read(target, http);
  const { input, pastEnd } = unmarked(target, asked);
  const problems = problemsOf(target.operation.input, input);
  if (problems.length > 0) throw target.service.errors.invalid(problems);
  const done = await target.operation.handle({
    world,
    place: placeSeen(place, target, rule),
    now: world.clock.now(),
    requestId,
    input,
    ...(rule === null ? {} : { fault: rule.kind }),
  });
  const lost = insteadOfAnswer(rule);
  if (lost !== null) return lost;
  const page = pageSeen(target, asked, done, rule, pastEnd);
  return protocol.writeReply(target, replySeen(page, target, rule), requestId);
}

function protocolOf(http: HttpRequest): Protocol {
  if (isObjectStore(http.headers)) return restXml;
  if (http.headers["x-amz-target"] !== undefined) return awsJson;
  const type = http.headers["content-type"] ?? "";
  return type.startsWith("application/x-www-form-urlencoded") ? awsQuery : restJson;
}

/** A defect of the embedded AWS itself: its text goes to the client, as nobody reads this server's log in a test. */
function internal(thrown: unknown): Fault {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new Fault("InternalFailure", 500, `The embedded AWS failed: ${text}`);
}

function recordOf(
  world: World,
  { signer, target, rule, throttled }: Progress,
  requestId: string,
  reply: HttpReply,
  error: string | null,
): CallRecord {
  return {
    at: world.clock.now(),
    requestId,
    account: signer === null ? null : accountOf(signer.accessKeyId, world),
    region: signer?.region ?? null,
    service: target?.service.name ?? null,
    operation: target?.name ?? "unknown",
    outcome: throttled ? "throttled" : rule !== null ? "faulted" : error === null ? "ok" : "refused",
    status: reply.status,
    error,
    fault: rule?.kind ?? null,
  };
}
