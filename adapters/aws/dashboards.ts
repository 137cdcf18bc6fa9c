import { abortable } from "./abortable.ts";
import { type AwsCall, awsErrorOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";

/** Puts a dashboard; answers what CloudWatch remarks about its body (it was put all the same). Throws `AwsError`. */
export async function putDashboard(
  clients: AwsClients,
  region: string,
  dashboard: { readonly name: string; readonly body: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const call: AwsCall = { operation: "PutDashboard", region, subject: `dashboard ${dashboard.name}` };
  return translated(call, signal, async () => {
    const client = await clients.cloudWatch(region);
    const { PutDashboardCommand } = await import("@aws-sdk/client-cloudwatch");
    const command = new PutDashboardCommand({ DashboardName: dashboard.name, DashboardBody: dashboard.body });
    const answer = await client.send(command, { abortSignal: signal });
    return (answer.DashboardValidationMessages ?? []).map(
      (remark) => `${remark.DataPath ?? "/"}: ${remark.Message ?? "no reason given"}`,
    );
  });
}

/** The body of a dashboard as it is there; null where there is none. Throws `AwsError`. */
export async function getDashboard(
  clients: AwsClients,
  region: string,
  name: string,
  signal: AbortSignal,
): Promise<string | null> {
  const call: AwsCall = { operation: "GetDashboard", region, subject: `dashboard ${name}` };
  try {
    return await translated(call, signal, async () => {
      const client = await clients.cloudWatch(region);
      const { GetDashboardCommand } = await import("@aws-sdk/client-cloudwatch");
      const answer = await client.send(new GetDashboardCommand({ DashboardName: name }), { abortSignal: signal });
      return answer.DashboardBody ?? null;
    });
  } catch (error) {
    if (awsErrorOf(error, call).code === "NotFound") return null;
    throw error;
  }
}

async function translated<T>(call: AwsCall, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  try {
    return await abortable(signal, run);
  } catch (error) {
    signal.throwIfAborted();
    throw awsErrorOf(error, call);
  }
}
