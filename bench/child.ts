import { spawn } from "node:child_process";
import process from "node:process";

export interface ChildRun {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  readonly wallMs: number;
}

/** Runs node with the arguments until it ends. */
export function runNode(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ChildRun> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, argv, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve({ exit, out, err, wallMs: performance.now() - startedAt }));
  });
}

export interface EmbeddedProcess {
  readonly url: string;
  readonly stop: () => void;
}

/** The embedded AWS in a process of its own, so that it takes no time from what is measured. Ends by itself after ten minutes. */
export async function embeddedAwsProcess(flags: readonly string[]): Promise<EmbeddedProcess> {
  const argv = ["cli/main.ts", "emulate", "--port", "0", "--json", "--for", "600", ...flags];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    let out = "";
    child.on("error", reject);
    child.on("exit", (exit) => reject(new Error(`the embedded AWS ended with ${exit}`)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(out);
      if (found !== null) resolve(found[0]);
    });
  });
  return { url, stop: () => void child.kill() };
}
