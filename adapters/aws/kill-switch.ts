import type { Parameter } from "@aws-sdk/client-ssm";
import { type KeptSwitch, switchOfText, textOfSwitch } from "../../core/cleanup/stop/switch-text.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { KillSwitchStore } from "../../core/ports/kill-switch.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";

/**
 * Keeps the switch in a parameter of Systems Manager, in one Region for all targets, so that whoever may write the parameter
 * can disarm without Sandmeter at hand: `aws ssm put-parameter --name … --overwrite --value '{"state":"disarmed", …}'`.
 */
export function awsKillSwitch(clients: AwsClients, region: string, name: string): KillSwitchStore {
  const callOf = (operation: string): AwsCall => ({ operation, region, subject: `parameter ${name}` });
  return {
    read: async (signal) => {
      try {
        const parameter = await abortable(signal, async () => {
          const client = await clients.ssm(region);
          const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
          const { Parameter } = await client.send(new GetParameterCommand({ Name: name }), { abortSignal: signal });
          return Parameter;
        });
        return switchOfText(keptOf(parameter), `parameter ${name} in ${region}`);
      } catch (error) {
        signal.throwIfAborted();
        const problem = problemOf(error, callOf("GetParameter"));
        return problem.code === "NotFound" ? switchOfText(null, name) : { state: "unknown", problem };
      }
    },
    write: async (position, signal) => {
      try {
        await abortable(signal, async () => {
          const client = await clients.ssm(region);
          const { PutParameterCommand } = await import("@aws-sdk/client-ssm");
          const command = new PutParameterCommand({
            Name: name,
            Value: textOfSwitch(position),
            Type: "String",
            Overwrite: true,
          });
          await client.send(command, { abortSignal: signal });
        });
        return null;
      } catch (error) {
        signal.throwIfAborted();
        return problemOf(error, callOf("PutParameter"));
      }
    },
  };
}

/**
 * Systems Manager counts versions, and says when each was made: so whoever arms with the same words is seen to have armed anew. A parameter
 * that was deleted counts from 1 again, which the date tells apart.
 */
function keptOf(parameter: Parameter | undefined): KeptSwitch {
  const { Value, Version, LastModifiedDate } = parameter ?? {};
  const setAt = LastModifiedDate === undefined ? null : instant(LastModifiedDate.getTime());
  // An answer without a value is none, and no reason to stop anything.
  return { text: Value ?? "", settingId: JSON.stringify([Version ?? null, setAt]), setAt };
}
