import type { SweepPorts } from "../../core/jobs/sweep/sweep-ports.ts";

/** A step that leaves something behind, or asks the state for something. */
export type StepKind = "write" | "read";

type Step = <T>(kind: StepKind, run: () => Promise<T>) => Promise<T>;

/** Ports whose every step goes through `step`, which may fail, wait, or count. */
export function steppedPorts(ports: SweepPorts, step: Step): SweepPorts {
  const { records, documents } = ports;
  return {
    ...ports,
    records: {
      put: (record) => step("write", () => records.put(record)),
      intended: (target) => step("read", () => records.intended(target)),
      between: (...asked) => step("read", () => records.between(...asked)),
      ofSession: (key) => step("read", () => records.ofSession(key)),
      targets: () => step("read", () => records.targets()),
    },
    documents: {
      read: (name) => step("read", () => documents.read(name)),
      write: (name, document) => step("write", () => documents.write(name, document)),
    },
    readProtections: () => step("read", () => ports.readProtections()),
  };
}

/** The same with Stop and Get among the steps: what else leaves something behind, and what else takes time. */
export function withService(ports: SweepPorts, step: Step): SweepPorts {
  return {
    ...ports,
    stopSession: (...asked) => step("write", () => ports.stopSession(...asked)),
    getSession: (...asked) => step("read", () => ports.getSession(...asked)),
    readSwitch: (signal) => step("read", () => ports.readSwitch(signal)),
  };
}

/** Fails at the `n`th step that counts, before it is done or after. */
export function failingAt(n: number, moment: "before" | "after", error: Error, counts: (kind: StepKind) => boolean) {
  let steps = 0;
  const step: Step = async (kind, run) => {
    if (!counts(kind)) return run();
    steps += 1;
    if (steps !== n) return run();
    if (moment === "after") await run();
    throw error;
  };
  return { step, reached: () => steps >= n };
}
