import type { Reply } from "../../service.ts";
import type { LocalCall, LocalSession } from "../../world.ts";
import { pretendedMs } from "./pretended-work.ts";
import { listFiles, readFiles, removeFiles, writeFiles } from "./session-files.ts";
import { startTask, stopTask, type Task, taskOf } from "./session-tasks.ts";

export type ToolName =
  | "executeCode"
  | "executeCommand"
  | "readFiles"
  | "listFiles"
  | "removeFiles"
  | "writeFiles"
  | "startCommandExecution"
  | "getTask"
  | "stopTask";

export interface ToolArguments {
  readonly code?: string;
  readonly command?: string;
  readonly path?: string;
  readonly paths?: readonly string[];
  readonly content?: readonly { readonly path: string; readonly text?: string; readonly blob?: string }[];
  readonly directoryPath?: string;
  readonly taskId?: string;
}

export interface ToolRun {
  readonly event: NonNullable<Reply["events"]>[number];
  /** How long the request takes in emulated time. */
  readonly requestMs: number;
  /** Work that goes on after the request. */
  readonly job?: NonNullable<LocalCall["job"]>;
}

/** A synchronous request lasts 15 minutes at most. */
const longestRequestMs = 900_000;
const quickMs = 40;

/** What a tool would have answered. Nothing is run: `sleep 30` only pretends to take 30 s of emulated time. */
export function runTool(session: LocalSession, name: ToolName, given: ToolArguments, now: number): ToolRun {
  switch (name) {
    case "executeCode":
    case "executeCommand": {
      const requestMs = Math.min(longestRequestMs, pretendedMs(session, given.code ?? given.command ?? ""));
      return { event: executed("", "", 0, requestMs), requestMs };
    }
    case "startCommandExecution": {
      const command = given.command ?? "";
      const task = startTask(session, now, pretendedMs(session, command));
      return { event: taskEvent(task, now), requestMs: quickMs, job: task.job };
    }
    case "getTask":
      return { event: foundTask(taskOf(session, given.taskId ?? ""), given, now), requestMs: quickMs };
    case "stopTask":
      return { event: foundTask(stopTask(session, given.taskId ?? "", now), given, now), requestMs: quickMs };
    case "writeFiles":
      writeFiles(session, given.content ?? []);
      return { event: text(`Wrote ${given.content?.length ?? 0} files`), requestMs: quickMs };
    case "removeFiles": {
      const missing = removeFiles(session, given.paths ?? []);
      return { event: missing.length === 0 ? text("Removed") : failed(noSuchFile(missing)), requestMs: quickMs };
    }
    case "readFiles": {
      const { resources, missing } = readFiles(session, given.paths ?? []);
      const content = resources.map((resource) => ({ type: "resource", resource }));
      return { event: missing.length === 0 ? result(content) : failed(noSuchFile(missing)), requestMs: quickMs };
    }
    case "listFiles":
      return { event: result(listFiles(session, given.directoryPath ?? given.path ?? "")), requestMs: quickMs };
    default:
      return name satisfies never;
  }
}

const result = (content: readonly object[], structuredContent?: object, isError = false): ToolRun["event"] => ({
  type: "result",
  payload: { content, structuredContent, isError },
});

const text = (message: string): ToolRun["event"] => result([{ type: "text", text: message }]);
const failed = (message: string): ToolRun["event"] => result([{ type: "text", text: message }], undefined, true);
const noSuchFile = (paths: readonly string[]): string => `No such file: ${paths.join(", ")}`;

const executed = (stdout: string, stderr: string, exitCode: number, ms: number): ToolRun["event"] =>
  result([{ type: "text", text: stdout }], { stdout, stderr, exitCode, executionTime: ms / 1000 });

function taskEvent(task: Task, now: number): ToolRun["event"] {
  const status = task.stoppedAt !== null ? "canceled" : now < task.job.endAt ? "working" : "completed";
  const done = status === "completed" ? { stdout: "", stderr: "", exitCode: 0 } : {};
  return result([], { taskId: task.id, taskStatus: status, ...done });
}

/** An unknown task is found out after the stream began, so the error comes as an event of it. */
const foundTask = (task: Task | null, given: ToolArguments, now: number): ToolRun["event"] =>
  task === null
    ? { type: "resourceNotFoundException", payload: { message: `Task ${given.taskId} was not found.` } }
    : taskEvent(task, now);
