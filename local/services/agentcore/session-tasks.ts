import { hash } from "../../fleet/random.ts";
import type { LocalCall, LocalSession } from "../../world.ts";

/** A command that runs on after the request that started it. */
export interface Task {
  readonly id: string;
  /** Shared with the call that started it, so that stopping the task ends its use of the session too. */
  readonly job: NonNullable<LocalCall["job"]>;
  stoppedAt: number | null;
}

const tasks = new WeakMap<LocalSession, Map<string, Task>>();

export function startTask(session: LocalSession, now: number, ms: number): Task {
  const known = tasks.get(session) ?? new Map<string, Task>();
  tasks.set(session, known);
  const number = hash(session.activity.seed, known.size, now).toString(16).padStart(8, "0");
  const id = `task-${number}-${known.size + 1}`;
  const task: Task = { id, job: { vcpu: 1, endAt: now + ms }, stoppedAt: null };
  known.set(task.id, task);
  return task;
}

export const taskOf = (session: LocalSession, id: string): Task | null => tasks.get(session)?.get(id) ?? null;

/** Cancels a task that still runs; one that ended stays as it ended. Null where there is none. */
export function stopTask(session: LocalSession, id: string, now: number): Task | null {
  const task = taskOf(session, id);
  if (task !== null && now < task.job.endAt) {
    task.stoppedAt = now;
    task.job.endAt = now;
  }
  return task;
}
