import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { callLog } from "./calls.ts";
import { answerControl } from "./control/answer.ts";
import { faults } from "./faults.ts";
import { Fault, type ServiceDefinition } from "./service.ts";
import { services as allServices } from "./services/all.ts";
import { readBody } from "./wire/body.ts";
import { type Dispatcher, dispatch, refuse } from "./wire/dispatch.ts";
import { type HttpReply, type HttpRequest, jsonReply } from "./wire/http.ts";
import { hostRefusal } from "./wire/loopback.ts";
import { rateLimiter } from "./wire/rate-limiter.ts";
import { signatureClock } from "./wire/signature-clock.ts";
import type { World } from "./world.ts";

export interface LocalAwsOptions {
  readonly world: World;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: "127.0.0.1";
  readonly services?: readonly ServiceDefinition[];
  /** Milliseconds since 1970 of the clients' wall clock: for the age of signatures only. */
  readonly wallNow?: () => number;
}

export interface LocalAws {
  readonly url: string;
  readonly port: number;
  /** Ends within a second, whatever is in flight. */
  readonly close: () => Promise<void>;
}

/** Starts the embedded AWS on the loopback interface. Rejects where the port is taken. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { world, wallNow = Date.now } = options;
  const to: Dispatcher = {
    world,
    services: options.services ?? allServices,
    limiter: rateLimiter(world.clock.wall),
    faults: faults(world.seed),
    calls: callLog(),
    signatures: signatureClock(world.clock.now, wallNow),
  };
  const held = new Set<NodeJS.Timeout>();
  let closing = false;
  const server = createServer((message, response) => {
    // A client that goes away while it is answered is no failure of the server.
    response.on("error", () => response.destroy());
    void handle(to, message).then((reply) => {
      // An answer that is held back now would outlive the server.
      if (closing) return;
      later(held, reply.delayMs, () => write(response, reply, dateHeaders(world.clock.now(), wallNow())));
    });
  });
  // Longer than any client keeps an idle connection, so that a client never writes into one that is just closing.
  server.keepAliveTimeout = 120_000;
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    close: async () => {
      closing = true;
      for (const timer of held) clearTimeout(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(to: Dispatcher, message: IncomingMessage): Promise<HttpReply> {
  const refusal = hostRefusal(message.headers.host, message.headers.origin);
  if (refusal !== null) return jsonReply(403, { message: refusal });
  try {
    // Not resolved against a base: a path that begins with two slashes would become a host name.
    const url = new URL(`http://localhost${message.url ?? "/"}`);
    const head = {
      method: message.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: headersOf(message),
    };
    return await answer(to, head, message);
  } catch (error) {
    return replyTo(error);
  }
}

async function answer(to: Dispatcher, head: Omit<HttpRequest, "body">, message: IncomingMessage): Promise<HttpReply> {
  try {
    const http = { ...head, body: await readBody(message) };
    return http.path.startsWith("/_local") ? await answerControl(to, http) : await dispatch(to, http);
  } catch (error) {
    if (error instanceof Fault) return refuse(to, { ...head, body: Buffer.alloc(0) }, error);
    throw error;
  }
}

/** For what goes wrong beneath any protocol. Nothing that a client sends may end the server. */
function replyTo(error: unknown): HttpReply {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_INVALID_URL") return jsonReply(400, { message: "The request's target is no valid path." });
  // The connection broke while the body came in: there is nobody to answer.
  if (code === "ECONNRESET") return { status: 400, headers: {}, body: "", drop: true };
  return jsonReply(500, { message: `The embedded AWS failed: ${message}` });
}

function headersOf(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
}

function later(held: Set<NodeJS.Timeout>, delayMs: number | undefined, act: () => void): void {
  if (delayMs === undefined) {
    act();
    return;
  }
  const timer = setTimeout(() => {
    held.delete(timer);
    act();
  }, delayMs);
  held.add(timer);
}

function write(response: ServerResponse, reply: HttpReply, dates: Readonly<Record<string, string>>): void {
  if (reply.drop === true) {
    response.destroy();
    return;
  }
  response.sendDate = false;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...dates,
    "content-length": Buffer.byteLength(reply.body),
  });
  response.end(reply.body);
}

/**
 * `Date` is emulated time, so that a client can learn it. Where that is far from wall time, an SDK client would correct
 * its clock after every answer and, since the two drift apart by the millisecond, take each error for a clock error
 * and repeat the request (seen with SDK 3.1169). It learns nothing from an answer that came through a cache, which `Age` says.
 */
function dateHeaders(now: number, wallNow: number): Record<string, string> {
  const date = { date: new Date(now).toUTCString() };
  return Math.abs(now - wallNow) < 60_000 ? date : { ...date, age: "0" };
}
