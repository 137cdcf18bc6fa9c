import type { Interpreter, InterpreterKind } from "../../core/inventory/interpreter.ts";
import type { SessionDetail, SessionSummary } from "../../core/inventory/session.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { instantOf, record, text, wholeNumber } from "./members.ts";
import type { Parsed } from "./pages.ts";

export function parseInterpreter(kind: InterpreterKind, raw: unknown): Parsed<Interpreter> {
  const member = record(raw);
  const id = text(member["codeInterpreterId"]);
  if (id === null) return { wrong: "an interpreter without codeInterpreterId" };
  return {
    item: {
      id: interpreterId(id),
      arn: text(member["codeInterpreterArn"]) ?? "",
      kind,
      name: text(member["name"]),
      status: text(member["status"]) ?? "UNKNOWN",
      createdAt: instantOf(member["createdAt"]),
    },
  };
}

// A session without an id cannot be looked up, and one without its creation has neither an age nor a cost.
export function parseSession(raw: unknown): Parsed<SessionSummary> {
  const member = record(raw);
  const id = text(member["sessionId"]);
  if (id === null) return { wrong: "a session without sessionId" };
  const createdAt = instantOf(member["createdAt"]);
  if (createdAt === null) return { wrong: `session ${id} without createdAt` };
  return {
    item: {
      id: sessionId(id),
      name: text(member["name"]),
      // The listing was asked for live sessions; one that says nothing of its status was listed as such.
      status: text(member["status"]) ?? "READY",
      createdAt,
      lastUpdatedAt: instantOf(member["lastUpdatedAt"]),
    },
  };
}

export function parseSessionDetail(raw: unknown): SessionDetail {
  const member = record(raw);
  return {
    status: text(member["status"]),
    name: text(member["name"]),
    createdAt: instantOf(member["createdAt"]),
    timeoutSeconds: wholeNumber(member["sessionTimeoutSeconds"], 1),
  };
}
