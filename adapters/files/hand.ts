import path from "node:path";
import type { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { MeterSettings } from "../../core/billing/meter-session.ts";
import type { PriceBook } from "../../core/billing/price-book.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { failureOf, type InputFailure, type InputName } from "./input-file.ts";
import { lineBuffer } from "./line-buffer.ts";
import type { LineCounts } from "./line-counts.ts";
import { lineScanner } from "./line-scanner.ts";
import { lineTemplates } from "./line-templates.ts";
import { type MeteredPartition, meterPartition } from "./meter-partition.ts";
import { openStream, readRange, readStream } from "./read-stretch.ts";
import { SpillError } from "./spill-error.ts";
import { loadPartition } from "./spilled-rows.ts";
import { type StoredPartition, type StoredUsage, usageStore } from "./usage-store.ts";

/** A stretch of one input, small enough to be read by one hand. */
export interface Stretch {
  readonly input: InputName;
  readonly kind: "ranges" | "stream";
  /** Lines that start at or behind `from` and before `to` belong to it. */
  readonly from: number;
  readonly to: number;
}

export interface StretchOutcome {
  readonly counts: LineCounts;
  /** What was read before a failure counts. */
  readonly failure: InputFailure | null;
}

/** What one hand stored of a partition, and where it spilled the rest of it. */
export interface PartitionSource {
  readonly stored: StoredPartition;
  readonly spillFile: string | null;
}

/** One that reads stretches, one after the other, and meters partitions: this thread or another one. */
export interface Hand {
  readonly read: (stretch: Stretch) => Promise<StretchOutcome>;
  readonly finish: () => Promise<StoredUsage>;
  /** Each item is all that is stored of one partition. */
  readonly meter: (partitions: readonly (readonly PartitionSource[])[]) => Promise<readonly MeteredPartition[]>;
  readonly dismiss: () => Promise<void>;
}

export interface HandSettings {
  readonly latestAt: Instant;
  readonly prices: PriceBook;
  readonly meter: MeterSettings;
  readonly problemLimit: number;
  /** Of records kept in memory by this hand. */
  readonly limitBytes: number;
  /** Exists, and is empty of files of this `number`. */
  readonly spillFolder: string;
  readonly number: number;
  /** False leaves every line to `JSON.parse`. */
  readonly fastPath: boolean;
}

export interface HandContext {
  readonly standardInput: Readable;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** A hand that works in the thread it is made in. */
export function ownHand(settings: HandSettings, context: HandContext): Hand {
  const { latestAt, problemLimit } = settings;
  const store = usageStore(settings.limitBytes, path.join(settings.spillFolder, `records-${settings.number}`));
  const buffer = lineBuffer();
  const templates = settings.fastPath ? lineTemplates(latestAt) : null;
  return {
    read: async (stretch) => {
      const { input, kind, from, to } = stretch;
      // Reading starts a byte early, so that a stretch that starts with a line has that line.
      const start = Math.max(0, from - 1);
      const options = { startInsideLine: from > 0, lengthBytes: to - start };
      const scanner = lineScanner({ buffer, latestAt, store, templates, problemLimit, ...options });
      let failure: InputFailure | null = null;
      try {
        if (kind === "ranges") await readRange(input.path, start, scanner, context);
        else await readStream(input.name === "-" ? context.standardInput : openStream(input.path), scanner, context);
      } catch (error) {
        if (context.signal.aborted || error instanceof SpillError) throw error;
        failure = failureOf(input.name, error);
      }
      return { counts: scanner.end(), failure };
    },
    finish: async () => store.finish(),
    meter: async (partitions) => {
      const metered: MeteredPartition[] = [];
      for (const sources of partitions) {
        await nextTurn();
        context.signal.throwIfAborted();
        const rows = sources.map(({ stored, spillFile }) => loadPartition(stored, spillFile));
        metered.push(meterPartition(rows, settings.prices, settings.meter));
      }
      return metered;
    },
    dismiss: async () => undefined,
  };
}
