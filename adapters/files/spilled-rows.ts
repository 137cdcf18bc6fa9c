import { closeSync, openSync, readSync } from "node:fs";
import type { PartitionRows } from "./meter-partition.ts";
import { onSpillFile, SpillError } from "./spill-error.ts";
import type { StoredPartition } from "./usage-store.ts";

/** What is stored of one partition, with its spilled rows read back into memory. */
export function loadPartition(stored: StoredPartition, spillFile: string | null): PartitionRows {
  if (spillFile === null || stored.spilled.length === 0) return stored;
  return onSpillFile(() => readBack(stored, spillFile));
}

function readBack(stored: StoredPartition, spillFile: string): PartitionRows {
  const file = openSync(spillFile, "r");
  try {
    const loaded = stored.spilled.map(({ offset, bytes }) => {
      const block = new Uint8Array(bytes);
      for (let done = 0; done < bytes; ) {
        const read = readSync(file, block, done, bytes - done, offset + done);
        if (read === 0) throw new SpillError("CUT-SHORT");
        done += read;
      }
      return new Float64Array(block.buffer);
    });
    return { keys: stored.keys, blocks: [...stored.blocks, ...loaded] };
  } finally {
    closeSync(file);
  }
}
