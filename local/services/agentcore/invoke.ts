import type { Reply, Request } from "../../service.ts";
import { invalidField, notFound } from "./errors.ts";
import { sessionNamed } from "./find.ts";
import { runTool, type ToolArguments, type ToolName } from "./run-tool.ts";
import { missingArguments } from "./tool-arguments.ts";

interface Asked {
  readonly codeInterpreterIdentifier: string;
  readonly sessionId?: string;
  readonly name: ToolName;
  readonly arguments?: ToolArguments;
}

/** How long it takes to say no. */
const refusedMs = 20;

/**
 * Answers a tool call without running anything. The API reference wants "an active session created with
 * StartCodeInterpreterSession", although the model lets the session id be left out: without one, the request is refused.
 */
export function invoke({ place, now, requestId, input }: Request): Reply {
  const asked = input as unknown as Asked;
  if (asked.sessionId === undefined) throw invalidField("sessionId", "A session id is required.");
  const { session, status } = sessionNamed(place, asked.codeInterpreterIdentifier, asked.sessionId, now);
  // What AWS answers here is not documented; a session that ended is as good as none to a caller.
  if (status !== "READY") {
    session.calls.push({
      operation: "InvokeCodeInterpreter",
      startAt: now,
      endAt: now + refusedMs,
      requestId,
      isRefused: true,
    });
    throw notFound(`An active code interpreter session ${session.id}`);
  }
  const given = asked.arguments ?? {};
  const missing = missingArguments(asked.name, given);
  if (missing !== null) throw invalidField(`arguments.${missing}`, `${asked.name} requires arguments.${missing}.`);
  const run = runTool(session, asked.name, given, now);
  session.calls.push({
    operation: "InvokeCodeInterpreter",
    startAt: now,
    endAt: now + run.requestMs,
    requestId,
    ...(run.job === undefined ? {} : { job: run.job }),
  });
  return {
    body: {},
    headers: { "x-amzn-code-interpreter-session-id": session.id },
    events: [run.event],
  };
}
