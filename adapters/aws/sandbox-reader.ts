import type { Interpreter, InterpreterDetail, InterpreterKind } from "../../core/inventory/interpreter.ts";
import type { SessionDetail, SessionSummary } from "../../core/inventory/session.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId, SessionId } from "../../core/kernel/ids.ts";
import type { Listing, Problem } from "../../core/kernel/problem.ts";
import type { Lookup, SandboxReader } from "../../core/ports/sandboxes.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { parseInterpreter, parseSession, parseSessionDetail } from "./code-interpreter-items.ts";
import { record, text } from "./members.ts";
import { type Page, readPages } from "./pages.ts";

/** The largest page of both listings; the service's default is 10. */
const pageSize = 100;

/** Reads Code Interpreter's interpreters and sessions. `size` is the page size that is asked for. */
export function awsSandboxReader(clients: AwsClients, size: number = pageSize): SandboxReader {
  return {
    listInterpreters: async (target, signal) => {
      // Whether a listing without a type includes the SYSTEM interpreter is not documented: each type is asked for.
      const [system, custom] = await Promise.all([
        listInterpreters(clients, size, target, "SYSTEM", signal),
        listInterpreters(clients, size, target, "CUSTOM", signal),
      ]);
      const missing = system.complete && system.items.length === 0 ? [noSystemInterpreter(target)] : [];
      return {
        items: [...system.items, ...custom.items],
        problems: [...system.problems, ...custom.problems, ...missing],
        complete: system.complete && custom.complete && missing.length === 0,
      };
    },
    getInterpreter: (target, id, signal) => getInterpreter(clients, target, id, signal),
    listReadySessions: (target, id, signal) => listReadySessions(clients, size, target, id, signal),
    getSession: (target, id, session, signal) => getSession(clients, target, id, session, signal),
  };
}

// Every Region with the built-in tools has a SYSTEM interpreter: a listing without one is no proof that nothing runs there.
const noSystemInterpreter = (target: Target): Problem => ({
  code: "NoSystemInterpreter",
  message: `ListCodeInterpreters in ${target.region} gave no SYSTEM interpreter, which every Region with the built-in tools has: does the Region have them, and is the endpoint the Region's own?`,
  operation: "ListCodeInterpreters",
});

async function listInterpreters(
  clients: AwsClients,
  maxResults: number,
  target: Target,
  kind: InterpreterKind,
  signal: AbortSignal,
): Promise<Listing<Interpreter>> {
  const call: AwsCall = { operation: "ListCodeInterpreters", region: target.region, subject: `type ${kind}` };
  const fetch = async (nextToken: string | undefined): Promise<Page> => {
    const client = await clients.agentCoreControl(target.region);
    const { ListCodeInterpretersCommand } = await import("@aws-sdk/client-bedrock-agentcore-control");
    const command = new ListCodeInterpretersCommand({ type: kind, maxResults, nextToken });
    const answer = await client.send(command, { abortSignal: signal });
    return { items: answer.codeInterpreterSummaries, nextToken: answer.nextToken };
  };
  return readPages(call, fetch, (raw) => parseInterpreter(kind, raw), signal);
}

async function listReadySessions(
  clients: AwsClients,
  maxResults: number,
  target: Target,
  id: InterpreterId,
  signal: AbortSignal,
): Promise<Listing<SessionSummary>> {
  const call: AwsCall = {
    operation: "ListCodeInterpreterSessions",
    region: target.region,
    subject: `interpreter ${id}`,
  };
  const fetch = async (nextToken: string | undefined): Promise<Page> => {
    const client = await clients.agentCore(target.region);
    const { ListCodeInterpreterSessionsCommand } = await import("@aws-sdk/client-bedrock-agentcore");
    // Terminated sessions stay listed for 30 days, hundreds of pages of them: only live ones are asked for.
    const command = new ListCodeInterpreterSessionsCommand({
      codeInterpreterIdentifier: id,
      maxResults,
      nextToken,
      status: "READY",
    });
    const answer = await client.send(command, { abortSignal: signal });
    return { items: answer.items, nextToken: answer.nextToken };
  };
  const listing = await readPages(call, fetch, parseSession, signal);
  return { ...listing, items: listing.items.filter((session) => session.status !== "TERMINATED") };
}

async function getSession(
  clients: AwsClients,
  target: Target,
  id: InterpreterId,
  session: SessionId,
  signal: AbortSignal,
): Promise<Lookup<SessionDetail>> {
  const call: AwsCall = {
    operation: "GetCodeInterpreterSession",
    region: target.region,
    subject: `session ${session} of ${id}`,
  };
  return lookup(call, signal, async () => {
    const client = await clients.agentCore(target.region);
    const { GetCodeInterpreterSessionCommand } = await import("@aws-sdk/client-bedrock-agentcore");
    const command = new GetCodeInterpreterSessionCommand({ codeInterpreterIdentifier: id, sessionId: session });
    return parseSessionDetail(await client.send(command, { abortSignal: signal }));
  });
}

async function getInterpreter(
  clients: AwsClients,
  target: Target,
  id: InterpreterId,
  signal: AbortSignal,
): Promise<Lookup<InterpreterDetail>> {
  const call: AwsCall = { operation: "GetCodeInterpreter", region: target.region, subject: `interpreter ${id}` };
  return lookup(call, signal, async () => {
    const client = await clients.agentCoreControl(target.region);
    const { GetCodeInterpreterCommand } = await import("@aws-sdk/client-bedrock-agentcore-control");
    const answer = await client.send(new GetCodeInterpreterCommand({ codeInterpreterId: id }), { abortSignal: signal });
    return { networkMode: text(record(answer.networkConfiguration)["networkMode"]) };
  });
}

async function lookup<T>(call: AwsCall, signal: AbortSignal, read: () => Promise<T>): Promise<Lookup<T>> {
  try {
    return { kind: "found", value: await abortable(signal, read) };
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOf(error, call);
    return problem.code === "NotFound" ? { kind: "gone" } : { kind: "failed", problem };
  }
}
