import type { Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import type { Deliveries, Delivery } from "./deliveries.ts";
import type { CallsPlace } from "./session-calls-read.ts";

/** Where X-Ray keeps the spans of an account and Region, once CloudWatch Transaction Search is on. */
const spansGroup = "aws/spans";

/**
 * Where single calls of an interpreter are recorded, the best first: spans say when a call began and ended, logs one moment of it.
 * Deliveries that cannot be read leave the group that AWS's console makes. Empty, with the reason, where nothing is.
 */
export function callsPlaces(
  target: Target,
  interpreter: InterpreterId,
  { byInterpreter, problem }: Deliveries,
): { readonly places: readonly CallsPlace[]; readonly none: Unknown } {
  if (problem !== null) {
    const place: CallsPlace = { kind: "logs", group: usualGroup(interpreter) };
    return { places: [place], none: { kind: "unknown", code: "failed", message: problem.message } };
  }
  const deliveries = byInterpreter.get(interpreter) ?? [];
  const places = deliveries.flatMap((delivery): readonly CallsPlace[] => {
    if (delivery.logType === "TRACES") return delivery.type === "XRAY" ? [{ kind: "spans", group: spansGroup }] : [];
    const group = groupOf(target, delivery);
    return group === null ? [] : [{ kind: "logs", group }];
  });
  const ordered = [...places.filter(({ kind }) => kind === "spans"), ...places.filter(({ kind }) => kind === "logs")];
  return {
    places: ordered,
    none: deliveries.length === 0 ? notOn(target, interpreter) : elsewhere(target, interpreter),
  };
}

/** Of a delivery to a log group that can be read from here. */
function groupOf(target: Target, { type, destinationArn }: Delivery): string | null {
  const [, , , region, account, , group] = destinationArn.split(":");
  const isHere = type === "CWL" && account === target.account && region === target.region;
  return isHere && group !== undefined && group !== "" ? group : null;
}

const usualGroup = (interpreter: InterpreterId): string =>
  `/aws/vendedlogs/bedrock-agentcore/code-interpreter/APPLICATION_LOGS/${interpreter}`;

const notOn = (target: Target, interpreter: InterpreterId): Unknown => ({
  kind: "unknown",
  code: "no-call-logs",
  message: `Nothing tells which session of ${interpreter} in ${target.region} is called: turn on TRACES or APPLICATION_LOGS of the interpreter.`,
});

const elsewhere = (target: Target, interpreter: InterpreterId): Unknown => ({
  kind: "unknown",
  code: "no-call-logs",
  message: `The logs of calls of ${interpreter} in ${target.region} go where they cannot be read from here: turn on TRACES, or deliver APPLICATION_LOGS to a log group of the interpreter's own account and Region.`,
});
