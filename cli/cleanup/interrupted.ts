import type { StopReport } from "../../core/reporting/stop-report.ts";

type Problems = StopReport["problems"];

/** What is said where somebody interrupts stops, beside those that were made; nothing where all were tried. */
export const interruptedProblems = (tried: number, all: number): Problems =>
  tried >= all
    ? []
    : [
        {
          code: "Interrupted",
          message: `${all - tried} of ${all} sessions were not tried: the same command goes on with them.`,
          region: null,
        },
      ];

export const isInterrupted = (problems: Problems): boolean =>
  problems.some(({ code, region }) => code === "Interrupted" && region === null);
