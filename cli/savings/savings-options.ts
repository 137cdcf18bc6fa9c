import type { Instant } from "../../core/kernel/instant.ts";
import { type SavingsDimension, savingsDimensions } from "../../core/reporting/savings-report.ts";
import { nearestOf } from "../config/nearest.ts";
import { safeText } from "../render/safe-text.ts";
import { type NamedWindow, namedWindow } from "../report/named-window.ts";
import type { VerbInput } from "../verb.ts";

export interface SavingsOptions {
  readonly window: NamedWindow;
  readonly groupBy: readonly SavingsDimension[];
  readonly json: boolean;
}

/** Reads the flags that are `savings`' own; what is wrong with them goes to `problems`. */
export function readSavingsOptions(options: VerbInput["options"], now: Instant, problems: string[]): SavingsOptions {
  const groupBy = options["groupBy"];
  return {
    window: namedWindow(options, now, problems),
    groupBy: dimensionsOf(typeof groupBy === "string" ? groupBy : "policy", problems),
    json: options["json"] === true,
  };
}

function dimensionsOf(text: string, problems: string[]): readonly SavingsDimension[] {
  if (text.trim() === "") return [];
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  return names.flatMap((name) => {
    const dimension = savingsDimensions.find((known) => known === name);
    if (dimension !== undefined) return [dimension];
    problems.push(
      name === ""
        ? "--group-by has an empty name: separate dimensions by single commas"
        : `--group-by: unknown dimension "${safeText(name)}"${nearestOf(name, savingsDimensions)} (dimensions: ${savingsDimensions.join(", ")})`,
    );
    return [];
  });
}
