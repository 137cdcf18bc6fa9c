import type { Instant } from "../../core/kernel/instant.ts";
import type { FileContent } from "./delivered-files.ts";
import { isGzip } from "./input-file.ts";
import { type LineBuffer, lineBuffer } from "./line-buffer.ts";
import type { LineCounts } from "./line-counts.ts";
import { lineScanner } from "./line-scanner.ts";
import { type LineTemplates, lineTemplates } from "./line-templates.ts";
import { readRange, readStream } from "./read-stretch.ts";
import { isParquet, readUsageParquet } from "./usage-parquet.ts";
import type { RecordSink } from "./usage-store.ts";

/** Reads files of usage records one after the other: lines, gzipped lines or Parquet, as their first bytes say. */
export interface UsageFileReader {
  /** Tells what was read of the file so far, also where reading the rest of it throws. */
  readonly read: (content: FileContent, onCounts: (counts: LineCounts) => void) => Promise<void>;
}

/** What lines are read with is made once for all files: they mostly are of the same sessions. */
export function usageFileReader(options: {
  readonly latestAt: Instant;
  readonly sink: RecordSink;
  readonly signal: AbortSignal;
  /** Waited for after every few megabytes. */
  readonly afterTurn: () => Promise<void>;
}): UsageFileReader {
  const { latestAt, sink, signal, afterTurn } = options;
  const reading = { signal, afterTurn, onBytes: () => undefined };
  let tools: { readonly buffer: LineBuffer; readonly templates: LineTemplates } | null = null;
  return {
    read: async (content, onCounts) => {
      const head = new Uint8Array(await content.slice(0, Math.min(4, content.byteLength)));
      if (isParquet(head)) return onCounts(await readUsageParquet(content, latestAt, sink, afterTurn));
      tools ??= { buffer: lineBuffer(), templates: lineTemplates(latestAt) };
      const scanner = lineScanner({
        ...tools,
        latestAt,
        store: sink,
        problemLimit: 0,
        startInsideLine: false,
        lengthBytes: Number.POSITIVE_INFINITY,
      });
      try {
        if (content.path !== null && !isGzip(head)) await readRange(content.path, 0, scanner, reading);
        else await readStream(await content.stream(), scanner, reading);
      } finally {
        onCounts(scanner.end());
      }
    },
  };
}
