import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "../..");
const platform = path.join(root, ".sst", "platform");

/**
 * Makes `.sst/platform` (SST's source, its types and the AWS provider), which the stack's types and tests need. Takes half a
 * minute and 320 MB once, and nothing but the package registry: the switches keep SST from fetching its deployment engine,
 * another runtime and anything else, and from reporting home.
 */
export async function setup(): Promise<void> {
  if (installedVersion() === wantedVersion() && hasProvider()) return;
  process.stdout.write("Installing SST's platform once, for the tests of the stack …\n");
  try {
    await install();
  } catch (error) {
    // The cause would only repeat these lines among hundreds.
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    const last = (stdout + stderr || message).trim().split("\n").slice(-15).join("\n");
    throw new Error(
      `SST's platform could not be installed, so the stack cannot be tested. It needs the npm registry and a shell named \`sh\`. To try by hand: SST_TELEMETRY_DISABLED=1 SST_SKIP_DEPENDENCY_CHECK=1 SST_NO_BUN=1 npx sst install --stage ci\n${last}`,
    );
  }
}

async function install(): Promise<void> {
  // SST asks the registry by itself too, and knows neither npm's files nor its variables.
  const registry = (await run("npm", ["config", "get", "registry"], { cwd: root })).stdout.trim();
  await run(path.join(root, "node_modules", ".bin", "sst"), ["install", "--stage", "ci", "--print-logs"], {
    cwd: root,
    timeout: 300_000,
    maxBuffer: 32 * 1024 * 1024,
    env: {
      ...process.env,
      SST_TELEMETRY_DISABLED: "1",
      SST_SKIP_DEPENDENCY_CHECK: "1",
      SST_NO_BUN: "1",
      NPM_REGISTRY: registry.replace(/\/$/, ""),
    },
  });
}

const installedVersion = (): string | null => {
  const file = path.join(platform, "version");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
};

const wantedVersion = (): string =>
  (JSON.parse(readFileSync(path.join(root, "node_modules", "sst", "package.json"), "utf8")) as { version: string })
    .version;

/** `version` is written first and the packages come last, so an interrupted installation has the one without the other. */
function hasProvider(): boolean {
  const lock = path.join(root, ".sst", "provider-lock.json");
  if (!existsSync(lock) || !existsSync(path.join(platform, "node_modules", "@pulumi", "aws", "package.json")))
    return false;
  const config = readFileSync(path.join(root, "sst.config.ts"), "utf8");
  const providers = JSON.parse(readFileSync(lock, "utf8")) as { version: string }[];
  return providers.every(({ version }) => config.includes(`version: "${version}"`));
}
