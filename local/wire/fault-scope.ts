import type { FaultKind } from "../fault-kind.ts";
import type { OperationDefinition } from "../service.ts";

/** Member that carries the token of the next page, or null where an operation gives all at once. */
export function tokenMember(operation: OperationDefinition): string | null {
  const shape = operation.input;
  if (shape.kind !== "structure") return null;
  return ["nextToken", "NextToken", "NextPageToken"].find((name) => name in shape.optional) ?? null;
}

export const isRead = (name: string): boolean => /^(List|Get|Describe|Filter)/.test(name);

/**
 * Whether a client could see this kind of fault in an answer of this operation. Where it could not, a rule does not strike,
 * so that it is not used up unseen.
 */
export function canShow(kind: FaultKind, name: string, operation: OperationDefinition): boolean {
  switch (kind) {
    case "empty-page":
    case "repeated-token":
      return tokenMember(operation) !== null;
    case "missing-optional":
      return (operation.optionalOutput ?? []).length > 0;
    case "unknown-status":
      return /^(List|Get|Create|Delete)CodeInterpreter|^GetMetricData$|^GetQueryResults$/.test(name);
    case "empty-region":
      return isRead(name) && operation.isBeyondPlace !== true;
    case "partial-put-events":
      return name === "PutEvents";
    case "lost-answer":
      return !isRead(name);
    case "throttle":
    case "error":
    case "timeout":
    case "slow":
    case "html-503":
    case "access-denied":
    case "vanish":
      return true;
    default:
      return kind satisfies never;
  }
}
