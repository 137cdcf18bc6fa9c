import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import type { ReadTags } from "../../core/ports/sandboxes.ts";
import { abortable } from "./abortable.ts";
import { problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { record } from "./members.ts";
import { partitionOf } from "./regions.ts";

/** Reads the tags of a custom interpreter. */
export const awsReadTags =
  (clients: AwsClients): ReadTags =>
  async (target, interpreter, signal) => {
    if (isSystem(interpreter)) return { kind: "found", value: {} };
    const call = { operation: "ListTagsForResource", region: target.region, subject: `interpreter ${interpreter}` };
    try {
      const answer = await abortable(signal, async () => {
        const client = await clients.agentCoreControl(target.region);
        const { ListTagsForResourceCommand } = await import("@aws-sdk/client-bedrock-agentcore-control");
        const command = new ListTagsForResourceCommand({ resourceArn: arnOf(target, interpreter) });
        return client.send(command, { abortSignal: signal });
      });
      const tags = Object.entries(record(answer.tags)).filter(
        (tag): tag is [string, string] => typeof tag[1] === "string",
      );
      return { kind: "found", value: Object.fromEntries(tags) };
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemOf(error, call);
      return problem.code === "NotFound" ? { kind: "gone" } : { kind: "failed", problem };
    }
  };

/** AWS's own interpreters: their ids begin so, and a custom one's cannot have a dot. */
const isSystem = (interpreter: InterpreterId): boolean => interpreter.startsWith("aws.");

const arnOf = ({ account, region }: Target, interpreter: InterpreterId): string =>
  `arn:${partitionOf(region)}:bedrock-agentcore:${region}:${account}:code-interpreter-custom/${interpreter}`;
