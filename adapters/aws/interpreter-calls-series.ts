import type { Dimension } from "@aws-sdk/client-cloudwatch";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { AwsClients } from "./clients.ts";
import { listedDimensions } from "./listed-dimensions.ts";

/** A series of `Invocations` of one interpreter. */
export interface CallsSeries {
  readonly operation: string;
  readonly dimensions: readonly Dimension[];
}

/** What runs code in a session. */
export const callsOperation = "InvokeCodeInterpreter";

/** They neither use a session nor keep it busy, ours among them; any other operation, one that is not known yet included, does. */
const noUse: ReadonlySet<string> = new Set([
  "StartCodeInterpreterSession",
  "StopCodeInterpreterSession",
  "GetCodeInterpreterSession",
  "ListCodeInterpreterSessions",
  "CodeInterpreterSession",
  "CodeInterpreterSessionExpire",
  "CreateCodeInterpreter",
  "DeleteCodeInterpreter",
  "GetCodeInterpreter",
  "ListTagsForResource",
  "TagResource",
  "UntagResource",
]);

/** So few are asked for one by one, as before each stop; of more, all that the Region has are listed. */
const fewInterpreters = 4;

/**
 * The series of calls that CloudWatch lists. An interpreter without one of what runs code has none: that there are no datapoints of
 * others proves nothing. A total over operations is none either, as our own look-ups are in it.
 */
export async function listedCalls(
  clients: AwsClients,
  target: Target,
  interpreters: readonly { readonly id: InterpreterId; readonly arn: string }[],
  signal: AbortSignal,
): Promise<{ readonly seriesOf: (id: InterpreterId) => readonly CallsSeries[]; readonly problem: Problem | null }> {
  const problems: Problem[] = [];
  const found = new Map<string, readonly (readonly Dimension[])[]>();
  const list = async (resource: string | null): Promise<void> => {
    const listed = await listedDimensions(clients, target, "Invocations", signal, problems, resource);
    for (const [id, sets] of listed) {
      // Each once: a set that two listings have is one series.
      const known = new Map([...(found.get(id) ?? []), ...sets].map((dimensions) => [nameOf(dimensions), dimensions]));
      found.set(id, [...known.values()]);
    }
  };
  // CloudWatch may call it by its ARN, by its id, or some of its series by the one and some by the other.
  if (interpreters.length <= fewInterpreters)
    for (const { arn, id } of interpreters) for (const name of [arn, id]) await list(name);
  // Those that it calls by yet another name are in the whole listing alone.
  if (interpreters.some(({ id }) => !found.has(id))) await list(null);
  const seriesOf = (id: InterpreterId): readonly CallsSeries[] => {
    const series = (found.get(id) ?? []).flatMap((dimensions) => {
      const operation = dimensions.find(({ Name }) => Name === "Operation")?.Value;
      return operation === undefined || noUse.has(operation) ? [] : [{ operation, dimensions }];
    });
    return series.some(({ operation }) => operation === callsOperation) ? series : [];
  };
  return { seriesOf, problem: problems[0] ?? null };
}

const nameOf = (dimensions: readonly Dimension[]): string =>
  JSON.stringify(dimensions.map(({ Name, Value }) => [Name ?? "", Value ?? ""]).toSorted());
