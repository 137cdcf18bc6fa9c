import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll } from "vitest";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { readerAt } from "./tiny-service.ts";

export interface ToldAnswer {
  readonly status?: number;
  readonly body: object;
}

/** Clients of a CloudWatch Logs that answers each operation as it is told, each once. */
export async function toldLogs<Input>(answer: (operation: string, input: Input) => ToldAnswer): Promise<AwsClients> {
  const server = createServer((request, response) => {
    text(request).then((sent) => {
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      const { status = 200, body } = answer(operation, JSON.parse(sent) as Input);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    }, request.destroy);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const embedded = { endpoint, accessKeyId: "111122223333", secretAccessKey: "not-secret", othersTimes: 1000 };
  return readerAt(endpoint, { maxAttempts: 1, embedded }).clients;
}
