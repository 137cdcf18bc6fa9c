// The inside of a Lambda function: loads the handler and answers invocations of the Runtime API, one at a time, for ever.
import path from "node:path";
import { pathToFileURL } from "node:url";

const { AWS_LAMBDA_RUNTIME_API = "", LAMBDA_TASK_ROOT = "", _HANDLER = "" } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
}

const failureOf = (error: unknown): Failure =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: "Unknown", errorMessage: String(error) };

const post = async (where: string, body: unknown): Promise<void> => {
  await fetch(`${api}/${where}`, { method: "POST", body: JSON.stringify(body ?? null) });
};

/** The clock of the function: it begins at each invocation where that says, and goes on from there. */
const machineNow = Date.now;
let aheadMs = 0;
Date.now = () => machineNow() + aheadMs;

type Handler = (event: unknown, context: object) => Promise<unknown>;

async function load(): Promise<Handler> {
  const [file = "", name = ""] = _HANDLER.split(".");
  const module = (await import(pathToFileURL(path.join(LAMBDA_TASK_ROOT, `${file}.mjs`)).href)) as Record<
    string,
    Handler
  >;
  const handler = module[name];
  if (handler === undefined) throw new Error(`no export ${name}`);
  return handler;
}

async function serve(handler: Handler): Promise<never> {
  for (;;) {
    const next = await fetch(`${api}/invocation/next`);
    const requestId = next.headers.get("lambda-runtime-aws-request-id") ?? "";
    aheadMs = Number(next.headers.get("x-now")) - machineNow();
    const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
    const context = {
      awsRequestId: requestId,
      invokedFunctionArn: next.headers.get("lambda-runtime-invoked-function-arn"),
      functionName: process.env["AWS_LAMBDA_FUNCTION_NAME"],
      functionVersion: "$LATEST",
      memoryLimitInMB: "512",
      getRemainingTimeInMillis: () => deadline - machineNow(),
    };
    try {
      const event: unknown = await next.json();
      await post(`invocation/${requestId}/response`, await handler(event, context));
    } catch (error) {
      await post(`invocation/${requestId}/error`, failureOf(error));
    }
  }
}

try {
  await serve(await load());
} catch (error) {
  await post("init/error", failureOf(error));
  process.exit(1);
}
