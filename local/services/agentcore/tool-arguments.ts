import { blob, boolean, list, oneOf, string, structure } from "../../validate.ts";
import type { ToolArguments, ToolName } from "./run-tool.ts";

const anyText = string({ max: 100_000_000 });

export const toolName = oneOf(
  "executeCode",
  "executeCommand",
  "readFiles",
  "listFiles",
  "removeFiles",
  "writeFiles",
  "startCommandExecution",
  "getTask",
  "stopTask",
);

export const toolArguments = structure(
  {},
  {
    code: anyText,
    language: oneOf("python", "javascript", "typescript"),
    clearContext: boolean,
    command: anyText,
    path: anyText,
    paths: list(anyText),
    content: list(structure({ path: anyText }, { text: anyText, blob })),
    directoryPath: anyText,
    taskId: anyText,
    runtime: oneOf("nodejs", "deno", "python"),
  },
);

/** The model requires no argument of any tool; each tool needs one all the same. */
const needed: Readonly<Record<ToolName, keyof ToolArguments | null>> = {
  executeCode: "code",
  executeCommand: "command",
  startCommandExecution: "command",
  readFiles: "paths",
  removeFiles: "paths",
  writeFiles: "content",
  listFiles: null,
  getTask: "taskId",
  stopTask: "taskId",
};

/** The argument that the tool cannot do without and that is not given, or null. */
export function missingArguments(name: ToolName, given: ToolArguments): keyof ToolArguments | null {
  const argument = needed[name];
  return argument !== null && given[argument] === undefined ? argument : null;
}
