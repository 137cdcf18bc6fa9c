import { readFileSync } from "node:fs";
import path from "node:path";
import { deployedFile } from "../adapters/config/deployed-configuration.ts";

/** Reads what was deployed beside the function's code. Throws an error that says what to do. */
export function readDeployedFile<T>(taskRoot: string, understand: (read: unknown) => T): T {
  const file = path.join(taskRoot, deployedFile);
  try {
    return understand(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is not usable: ${reason}. The stack puts this file beside the code: deploy it again.`, {
      cause: error,
    });
  }
}
