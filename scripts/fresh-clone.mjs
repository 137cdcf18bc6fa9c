// Proves that a fresh clone needs Node and npm and nothing else: clones HEAD into a temporary folder, and runs the
// commands of the README with a PATH that holds node, npm and sh alone.
//   node scripts/fresh-clone.mjs [--no-tests]
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

const find = (name) => {
  // The machine's own tools, not those of this checkout's node_modules.
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => !folder.includes("node_modules"));
  const found = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${name} is not on the PATH`);
  return found;
};

const work = mkdtempSync(path.join(tmpdir(), "fresh-clone-"));
const clone = path.join(work, "clone");
const bin = path.join(work, "bin");
mkdirSync(bin);
for (const name of ["node", "npm", "sh"]) symlinkSync(realpathSync(find(name)), path.join(bin, name));
execFileSync(find("git"), ["clone", "--quiet", "--no-hardlinks", process.cwd(), clone]);

const home = path.join(work, "home");
mkdirSync(home);
const env = { PATH: bin, HOME: home, CI: "true" };
for (const name of Object.keys(process.env))
  if (/^npm_config_(registry|nodedir)$/i.test(name)) env[name] = process.env[name];
const userConfig = path.join(process.env.HOME ?? "", ".npmrc");
if (existsSync(userConfig)) env.npm_config_userconfig = userConfig;

const commands = [["ci"], ["start", "--", "--once"], ...(process.argv.includes("--no-tests") ? [] : [["test"]])];
let failed = false;
for (const command of commands) {
  const started = Date.now();
  const { status } = spawnSync("npm", command, { cwd: clone, env, stdio: "inherit" });
  console.log(`npm ${command.join(" ")}: exit ${status} after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  failed ||= status !== 0;
  if (failed) break;
}
rmSync(work, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
