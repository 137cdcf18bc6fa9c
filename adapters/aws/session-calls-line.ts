import { type InterpreterId, interpreterId } from "../../core/kernel/ids.ts";
import { callsOperation } from "./interpreter-calls-series.ts";
import { record, text } from "./members.ts";
import { callOfLog, callOfSpan, endOfTime, type RecordedCall } from "./session-calls-record.ts";

/** A line of a file that is a span or an application log of an interpreter: that there is one shows that its calls were recorded. */
export interface CallsLine {
  readonly account: string;
  readonly region: string;
  readonly interpreter: InterpreterId;
  /** Null: of another operation. */
  readonly call: RecordedCall | null;
  readonly isSpan: boolean;
}

/**
 * What a line tells; null where it is of something else, as a usage record is, which names its interpreter too. `lost`: it is or may be one of
 * a call that cannot be read.
 */
export function callsLineOf(line: string): CallsLine | "lost" | null {
  // Most of a group of spans is of other services.
  if (!line.includes("bedrock-agentcore")) return isCut(line, "begun") ? "lost" : null;
  const value = parsed(line);
  if (value === null) return isCut(line, "either") ? "lost" : null;
  const attributes = record(value["attributes"]);
  const span = { arn: text(attributes["aws.resource.arn"]), operation: text(attributes["aws.operation.name"]) };
  const log = { arn: text(value["resource_arn"]), operation: text(value["operation"]) };
  const isSpan = span.arn !== null && span.operation !== null;
  const { arn, operation } = isSpan ? span : log;
  const [, region, account, id] = arnShape.exec(arn ?? "") ?? [];
  if (operation === null || region === undefined || account === undefined || id === undefined) return null;
  const interpreter = interpreterId(id);
  const call = (isSpan ? callOfSpan : callOfLog)(line, null, interpreter, endOfTime);
  if (call === "odd" || (call === null && operation === callsOperation)) return "lost";
  return { account, region, interpreter, call, isSpan };
}

const arnShape = /^arn:[a-z0-9-]+:bedrock-agentcore:([a-z0-9-]+):(\d{12}|aws):code-interpreter(?:-custom)?\/(.+)$/;

/** Plain text, as the first line of a delivery is, has neither end of a record. */
function isCut(line: string, which: "begun" | "either"): boolean {
  const [begins, ends] = [line.startsWith("{"), line.trimEnd().endsWith("}")];
  return which === "begun" ? begins && !ends : begins || ends;
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    return record(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
