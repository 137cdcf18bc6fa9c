import { abortable } from "./abortable.ts";
import { type AwsCall, AwsError, awsErrorOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { codeOf } from "./error-code.ts";
import { record, text } from "./members.ts";

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
    return remarksOf(answer.DashboardValidationMessages);
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
    const { dashboardValidationMessages } = record(error);
    const remarks = remarksOf(dashboardValidationMessages);
    if (remarks.length === 0) throw awsErrorOf(error, call);
    const what = `${call.operation} in ${call.region} (${call.subject ?? ""})`;
    throw new AwsError(codeOf(error), call, `${what} was refused: ${remarks.join("; ")}.`, { cause: error });
  }
}

const remarksOf = (messages: unknown): readonly string[] =>
  (Array.isArray(messages) ? messages : []).map((remark) => {
    const { DataPath, Message } = record(remark);
    return `${text(DataPath) ?? "/"}: ${text(Message) ?? "no reason given"}`;
  });
