import type { ReportedUnknown } from "../../core/reporting/unknown-report.ts";
import { safeText } from "../render/safe-text.ts";

/** Why it is not known of sessions whether they work: those with the same thing missing together, and what is said of one of them. */
export const unknownLines = (unknown: readonly ReportedUnknown[]): readonly string[] =>
  [...Map.groupBy(unknown, ({ missing }) => missing)]
    .toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .flatMap(([missing, [one, ...others]]) =>
      one === undefined
        ? []
        : [
            `Not known of ${others.length + 1}, ${missing}: ${safeText(one.session)}${others.length === 0 ? "" : " and others"}: ${safeText(one.text)}\n`,
          ],
    );
