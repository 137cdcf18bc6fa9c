import type { Target } from "../../core/inventory/target.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { ReadQuotaLimits } from "../../core/ports/quota-limits.ts";
import type { QuotaDefinition, QuotaLimit } from "../../core/quota/definition.ts";
import { abortable } from "./abortable.ts";
import { problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { finiteNumber, record } from "./members.ts";

/**
 * Reads each quota's applied value, else its default, else takes the built-in one. A quota that Service Quotas does not
 * know is no problem; one that could not be asked for is, for the limit then shown may not be the one that holds.
 */
export const awsQuotaLimits =
  (clients: AwsClients, serviceCode: string): ReadQuotaLimits =>
  async (target, quotas, signal) => {
    const read = await Promise.all(quotas.map((quota) => readOne(clients, serviceCode, target, quota, signal)));
    const problems = read.flatMap((one) => one.problems);
    return { items: read.map((one) => one.limit), problems, complete: problems.length === 0 };
  };

interface Read {
  readonly limit: QuotaLimit;
  readonly problems: readonly Problem[];
}

async function readOne(
  clients: AwsClients,
  serviceCode: string,
  target: Target,
  quota: QuotaDefinition,
  signal: AbortSignal,
): Promise<Read> {
  const problems: Problem[] = [];
  for (const source of ["applied", "default"] as const) {
    const value = await ask(clients, serviceCode, target, quota, source, signal);
    if (value.problem !== null) problems.push(value.problem);
    if (value.limit !== null) return { limit: { code: quota.code, limit: value.limit, source }, problems };
  }
  return { limit: { code: quota.code, limit: quota.builtInLimit, source: "built-in" }, problems };
}

async function ask(
  clients: AwsClients,
  serviceCode: string,
  target: Target,
  quota: QuotaDefinition,
  source: "applied" | "default",
  signal: AbortSignal,
): Promise<{ readonly limit: number | null; readonly problem: Problem | null }> {
  const operation = source === "applied" ? "GetServiceQuota" : "GetAWSDefaultServiceQuota";
  try {
    const answer = await abortable(signal, async () => {
      const client = await clients.serviceQuotas(target.region);
      const sdk = await import("@aws-sdk/client-service-quotas");
      const input = { ServiceCode: serviceCode, QuotaCode: quota.code };
      const options = { abortSignal: signal };
      return source === "applied"
        ? await client.send(new sdk.GetServiceQuotaCommand(input), options)
        : await client.send(new sdk.GetAWSDefaultServiceQuotaCommand(input), options);
    });
    // A quota without a value carries the reason instead; the next source may have one.
    return { limit: finiteNumber(record(answer.Quota)["Value"], 0), problem: null };
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOf(error, { operation, region: target.region, subject: `quota ${quota.code}` });
    return { limit: null, problem: problem.code === "NotFound" ? null : problem };
  }
}
