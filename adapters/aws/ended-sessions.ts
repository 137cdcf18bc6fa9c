import type { ListEndedSessions } from "../../core/ports/sandboxes.ts";
import type { AwsClients } from "./clients.ts";
import { parseSession } from "./code-interpreter-items.ts";
import { readSomePages } from "./pages.ts";

/** The largest page of the listing. */
const pageSize = 100;

/** Lists some pages of the sessions that the service remembers as TERMINATED. A session that says nothing of its status is not one. */
export const awsListEndedSessions =
  (clients: AwsClients, size: number = pageSize): ListEndedSessions =>
  async (target, interpreter, part, signal) => {
    const call = {
      operation: "ListCodeInterpreterSessions",
      region: target.region,
      subject: `ended sessions of interpreter ${interpreter}`,
    };
    const { items, complete, ...listing } = await readSomePages(
      call,
      async (nextToken) => {
        const client = await clients.agentCore(target.region);
        const { ListCodeInterpreterSessionsCommand } = await import("@aws-sdk/client-bedrock-agentcore");
        const command = new ListCodeInterpreterSessionsCommand({
          codeInterpreterIdentifier: interpreter,
          maxResults: size,
          nextToken,
          status: "TERMINATED",
        });
        const answer = await client.send(command, { abortSignal: signal });
        return { items: answer.items, nextToken: answer.nextToken };
      },
      parseSession,
      part,
      signal,
    );
    return {
      ...listing,
      items: items.filter((session) => session.status === "TERMINATED"),
      complete: complete === "whole",
    };
  };
