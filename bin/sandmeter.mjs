#!/usr/bin/env node
// Plain JavaScript that any Node since 14 can read: it finds a Node that can run Sandmeter, or says which one it needs.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "..", "dist", "cli", "main.js");

if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  if (!existsSync(main)) {
    console.error("sandmeter: dist/ is missing; run `npm run build` in the checkout, or install the package again.");
    process.exitCode = 1;
  } else {
    await import(new URL("../dist/cli/main.js", import.meta.url).href);
  }
} else {
  const beside = [
    join(here, "..", "node_modules", "node", "bin", "node"),
    join(here, "..", "..", "node", "bin", "node"),
  ].find(existsSync);
  if (beside === undefined) {
    console.error(
      `sandmeter: needs Node ${NEEDED} or newer (this is ${process.version}); install it, or add the npm package node@${NEEDED} beside sandmeter.`,
    );
    process.exitCode = 2;
  } else {
    const child = spawn(beside, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => {
      console.error(`sandmeter: cannot start ${beside}: ${error.message}`);
      process.exitCode = 2;
    });
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
    });
  }
}
