import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

export interface Child {
  readonly process: ChildProcess;
  /** What it has written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves when its output contains `text`; rejects where it ended before. */
  readonly wrote: (text: string) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

const root = path.resolve(import.meta.dirname, "../..");

/** Runs `node` on a file of the repository, in a process of its own. */
export function startNode(args: readonly string[], env: Readonly<Record<string, string>>): Child {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", HOME: root, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return {
    process: child,
    out: () => out,
    err: () => err,
    wrote: async (text) => {
      const stop = new AbortController();
      const over = ended.then(() => {
        throw new Error(`ended before it wrote ${text}: ${out}${err}`);
      });
      try {
        while (!out.includes(text)) {
          await Promise.race([once(child.stdout, "data", { signal: stop.signal }), over]);
        }
      } finally {
        stop.abort();
        over.catch(() => undefined);
      }
    },
    ended,
  };
}
