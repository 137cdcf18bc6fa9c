// Evaluates sst.config.ts as the SST command does, but against Pulumi's mocks instead of its engine: no network, no AWS.
// Builds every handler for real, and writes what a deployment would create as JSON.
//   node test/infra/synth/main.ts --stage ci --out graph.json
// Needs .sst/platform, which test/infra/global-setup.ts makes.
import crypto from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { answerTo, type Json, type NewResource, stateOf } from "./aws-answers.ts";
import type { FunctionBuild, StackApp, StackResource } from "./graph.ts";
import { loadConfigPart, refuseStaticImports, withGlobals } from "./load-config.ts";
import { plain } from "./plain.ts";
import { startSstServer } from "./sst-server.ts";

const account = "111122223333";
const homeRegion = "us-east-1";
const { values: options } = parseArgs({ options: { stage: { type: "string" }, out: { type: "string" } } });
const { stage, out } = options;
if (stage === undefined || out === undefined) throw new Error("usage: main.ts --stage NAME --out FILE");

const root = process.cwd();
const config = path.join(root, "sst.config.ts");
const platform = path.join(root, ".sst", "platform");
// Builds of their own, so that two runs at a time do not write the same files.
const work = mkdtempSync(path.join(tmpdir(), "sandmeter-synth-"));

// SST appends random characters to physical names.
crypto.randomBytes = ((size: number) => Buffer.alloc(size, 1)) as typeof crypto.randomBytes;

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  rmSync(work, { recursive: true, force: true });
  process.exit(1);
}
process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);

const app = await readApp();
const builds: FunctionBuild[] = [];
const resources: StackResource[] = [];
const settledOptions = new Map<string, Partial<StackResource>>();

const server = await startSstServer({ root, work, account, onBuild: (build) => void builds.push(build) });
process.env["SST_SERVER"] = server.url;
process.env["SST_AWS_REGION"] = homeRegion;

const pulumi = createRequire(path.join(platform, "package.json"))("@pulumi/pulumi") as Pulumi;
await pulumi.runtime.setMocks(
  {
    newResource(resource) {
      const answer = stateOf(resource, homeRegion, account);
      if (resource.type !== "pulumi:pulumi:Stack") {
        const { type, name, custom } = resource;
        resources.push({ type, name, custom, id: answer.id, inputs: plain(resource.inputs) as Json });
      }
      return answer;
    },
    call: ({ token, inputs }) => answerTo(token, inputs, homeRegion, account),
  },
  app.name,
  stage,
  false,
  "organization",
);

let outputs: Json = {};
const program = await readProgram();
pulumi.runtime
  .runInPulumiStack(() =>
    program(() => {
      pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
        const { retainOnDelete, protect } = opts;
        settledOptions.set(`${type}|${name}`, {
          ...(opts.parent?.__name !== undefined && { parent: opts.parent.__name }),
          ...(retainOnDelete !== undefined && { retainOnDelete }),
          ...(protect !== undefined && { protect }),
        });
        return undefined;
      });
    }),
  )
  .then((result) => {
    outputs = result;
  }, fail);

// Nothing holds the process open but work that is still going on, so at this point every output has settled.
process.once("beforeExit", () => {
  const settled = resources.map((resource) => ({
    ...resource,
    ...settledOptions.get(`${resource.type}|${resource.name}`),
  }));
  settled.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
  writeFileSync(out, JSON.stringify({ app, resources: settled, builds, outputs: plain(outputs) }, null, 2));
  rmSync(work, { recursive: true, force: true });
});

async function readApp(): Promise<StackApp & { readonly providers: Json }> {
  const { evaluate } = await loadConfigPart(root, platform, {
    name: "app",
    code: `import config from ${JSON.stringify(config)}; export const evaluate = (input) => config.app(input);`,
    banner: "const $config = (config) => config;",
    plugin: refuseStaticImports,
  });
  const given = await (evaluate as (input: object) => Promise<Partial<StackApp> & { providers?: Json }>)({ stage });
  return {
    name: "",
    removal: "retain",
    protect: false,
    ...given,
    stage: stage ?? "",
    providers: { ...given.providers },
  };
}

async function readProgram(): Promise<(before: () => void) => Promise<Json>> {
  const lock = JSON.parse(readFileSync(path.join(root, ".sst", "provider-lock.json"), "utf8")) as {
    alias: string;
    package: string;
  }[];
  const prelude = [
    ...lock.map((provider) => `import * as ${provider.alias} from "${provider.package}";`),
    `import * as sst from ${JSON.stringify(path.join(platform, "src/components"))};`,
  ].join("\n");
  const paths = { home: work, root, work, platform };
  const { evaluate } = await loadConfigPart(root, platform, {
    name: "run",
    code: `
      import { run } from ${JSON.stringify(path.join(platform, "src/auto/run.ts"))};
      import config from ${JSON.stringify(config)};
      export const evaluate = (before) => run(async () => { before(); return config.run(); });`,
    inject: [path.join(platform, "src/shim/run.js")],
    define: {
      $app: JSON.stringify(app),
      $cli: JSON.stringify({ command: "deploy", dev: false, paths, state: { version: {} } }),
      $dev: "false",
    },
    plugin: withGlobals(prelude, path.join(root, ".sst")),
  });
  return evaluate as (before: () => void) => Promise<Json>;
}

/** What is used of @pulumi/pulumi, which is no package of this project but of SST's platform. */
interface Pulumi {
  readonly runtime: {
    readonly setMocks: (
      mocks: Mocks,
      project: string,
      stack: string,
      preview: boolean,
      organization: string,
    ) => Promise<void>;
    readonly runInPulumiStack: (init: () => Promise<Json>) => Promise<Json>;
    readonly registerStackTransformation: (transformation: (args: Transformed) => undefined) => void;
  };
}
interface Mocks {
  readonly newResource: (resource: NewResource) => { id: string; state: Json };
  readonly call: (call: { readonly token: string; readonly inputs: Json }) => Json;
}
interface Transformed {
  readonly type: string;
  readonly name: string;
  readonly opts: {
    readonly parent?: { readonly __name?: string };
    readonly retainOnDelete?: boolean;
    readonly protect?: boolean;
  };
}
