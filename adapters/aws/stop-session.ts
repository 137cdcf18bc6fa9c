import type { StopSession } from "../../core/ports/stops.ts";
import { type AwsCall, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";

/** Answers after which nothing can have happened. After any other, Get has to say what did. */
const refusals: ReadonlySet<string> = new Set([
  "AccessDenied",
  "CredentialsExpired",
  "CredentialsMissing",
  "CredentialsRejected",
  "RegionNotEnabled",
  "ValidationException",
]);

/**
 * Stops sessions of Code Interpreter. What AWS answers for one that has ended already is not documented: 404 and 409 are both
 * taken for that. Requests that got no answer are sent again with the same token, which AWS ignores where it has seen it.
 */
export const awsStopSession =
  (clients: AwsClients): StopSession =>
  async (target, interpreter, session, clientToken, signal) => {
    signal.throwIfAborted();
    const call: AwsCall = {
      operation: "StopCodeInterpreterSession",
      region: target.region,
      subject: `session ${session} of ${interpreter}`,
    };
    try {
      const client = await clients.agentCore(target.region);
      const { StopCodeInterpreterSessionCommand } = await import("@aws-sdk/client-bedrock-agentcore");
      // Without the signal: a request that is cut off half-way has happened or not, and nobody knows.
      await client.send(
        new StopCodeInterpreterSessionCommand({
          codeInterpreterIdentifier: interpreter,
          sessionId: session,
          clientToken,
        }),
      );
      return { kind: "accepted" };
    } catch (error) {
      const problem = problemOf(error, call);
      // Where an earlier request of ours got no answer, that one may well have ended it, whatever the last one is told.
      if (attemptsOf(error) > 1) return { kind: "unsure", problem };
      if (problem.code === "NotFound" || problem.code === "ConflictException") return { kind: "gone" };
      return refusals.has(problem.code) ? { kind: "refused", problem } : { kind: "unsure", problem };
    }
  };

function attemptsOf(error: unknown): number {
  const { $metadata } = error as { readonly $metadata?: { readonly attempts?: number } };
  return $metadata?.attempts ?? 1;
}
