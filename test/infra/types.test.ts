import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it("sst.config.ts and infra/ have the types that SST and the AWS provider want", async () => {
  const tsc = path.join(root, "node_modules", ".bin", "tsc");
  const run = promisify(execFile)(tsc, ["-p", "tsconfig.infra.json"], { cwd: root });
  // The compiler says what is wrong on its standard output.
  const output = await run.then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
  expect(output).toBe("");
});
