import { type AccountId, accountId } from "../../core/kernel/ids.ts";
import { abortable } from "./abortable.ts";
import { aheadOf } from "./answer-time.ts";
import { type AwsCall, AwsError, awsErrorOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { text } from "./members.ts";

export interface Identity {
  readonly account: AccountId;
  /** For example `aws` or `aws-us-gov`. */
  readonly partition: string;
  /** How far the service's clock is ahead of this machine's, in milliseconds; null where its answer had no date. */
  readonly clockAheadMs: number | null;
}

/** The caller, as STS says, asked in the first of `regions` that answers. Throws `AwsError`. */
export async function readIdentity(
  clients: AwsClients,
  regions: readonly string[],
  nowMs: () => number,
  signal: AbortSignal,
): Promise<Identity> {
  let refused: AwsError | null = null;
  for (const region of regions) {
    const call: AwsCall = { operation: "GetCallerIdentity", region };
    try {
      return await abortable(signal, () => askSts(clients, call, nowMs, signal));
    } catch (error) {
      signal.throwIfAborted();
      const translated = awsErrorOf(error, call);
      if (translated.code !== "RegionNotEnabled") throw translated;
      refused ??= translated;
    }
  }
  const cause = refused?.cause;
  throw new AwsError(
    "CredentialsRejected",
    { operation: "GetCallerIdentity", region: regions[0] ?? "" },
    `GetCallerIdentity was refused in ${regions.join(", ")}: AWS does not know the credentials there; check the access key and whether the Region is enabled.`,
    cause === undefined ? {} : { cause },
  );
}

async function askSts(clients: AwsClients, call: AwsCall, nowMs: () => number, signal: AbortSignal): Promise<Identity> {
  const client = await clients.sts(call.region);
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const command = new GetCallerIdentityCommand({});
  let clockAheadMs: number | null = null;
  command.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = nowMs();
      const result = await next(args);
      const { headers } = result.response as { headers?: Readonly<Record<string, string>> };
      clockAheadMs = aheadOf(headers?.["date"], (sentAt + nowMs()) / 2);
      return result;
    },
    { step: "deserialize", priority: "low", name: "sandmeterClock" },
  );
  const answer = await client.send(command, { abortSignal: signal });
  const account = text(answer.Account);
  const partition = /^arn:([^:]+):/.exec(text(answer.Arn) ?? "")?.[1];
  if (account === null || !/^\d{12}$/.test(account) || partition === undefined) {
    throw new AwsError(
      "BadAnswer",
      call,
      `GetCallerIdentity in ${call.region} gave no account: is the endpoint AWS's own?`,
    );
  }
  return { account: accountId(account), partition, clockAheadMs };
}
