import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { buildFunction } from "./build-function.ts";
import type { FunctionBuild } from "./graph.ts";

/** The two calls that SST's components make to the command which runs them, answered as the command would. */
export async function startSstServer(options: {
  readonly root: string;
  readonly work: string;
  readonly account: string;
  readonly onBuild: (build: FunctionBuild) => void;
}): Promise<{ readonly url: string }> {
  const methods: Readonly<Record<string, (input: RpcInput) => unknown>> = {
    "Provider.Aws.Bootstrap": ({ region = "" }) => ({
      version: 1,
      asset: `sst-asset-${region}`,
      state: `sst-state-${region}`,
      assetEcrRegistryId: options.account,
      assetEcrUrl: `${options.account}.dkr.ecr.${region}.amazonaws.com/sst-asset`,
      appsyncHttp: "",
      appsyncRealtime: "",
    }),
    "Runtime.Build": async ({ functionID = "", handler = "", links = {}, copyFiles = [] }) => {
      const out = path.join(options.work, "artifacts", `${functionID}-src`);
      const built = await buildFunction(options.root, handler, out);
      const copied = copyFiles.map(({ from, to }) => ({ from, to }));
      options.onBuild({ ...built, functionId: functionID, links: Object.keys(links), copied });
      return { handler: `bundle${path.posix.extname(handler)}`, out, errors: [], sourcemaps: [] };
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, params } = JSON.parse(Buffer.concat(chunks).toString()) as { method: string; params: RpcInput[] };
      const call = methods[method];
      const reply = (answer: object): void =>
        void response.setHeader("connection", "close").end(JSON.stringify(answer));
      if (call === undefined) return reply({ error: `the stand-in for the SST command has no method ${method}` });
      Promise.resolve(call(params[0] ?? {})).then(
        (result) => reply({ result }),
        (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // The process ends when the stack has settled, so nothing here may hold it open.
  server.keepAliveTimeout = 1;
  server.unref();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface RpcInput {
  readonly region?: string;
  readonly functionID?: string;
  readonly handler?: string;
  readonly links?: Readonly<Record<string, unknown>>;
  readonly copyFiles?: readonly { readonly from: string; readonly to: string }[];
}
