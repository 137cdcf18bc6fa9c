import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { safeText } from "../render/safe-text.ts";
import type { FocusWritten } from "./focus-file.ts";

/** What was written, in words for stderr. */
export function focusLines({ file, rows, knownUsd, unpricedFile, unpricedSessions }: FocusWritten): readonly string[] {
  const written = `${rows} rows, $${knownUsd}, written to ${safeText(file)}`;
  if (unpricedFile === null) return [written];
  const who = unpricedSessions === 1 ? "1 session is" : `${unpricedSessions} sessions are`;
  return [written, `${who} without a figure, for all hours or for some: see ${safeText(unpricedFile)}`];
}

/** The same for programs: docs/schemas/report-focus.schema.json. */
export const focusJson = (
  { file, rows, knownUsd, unpricedSessions, unpricedFile }: FocusWritten,
  { from, until }: { readonly from: Instant; readonly until: Instant },
) => ({ file, from: isoOf(from), until: isoOf(until), rows, knownUsd, unpricedSessions, unpricedFile });
