import { closeSync, openSync, writeSync } from "node:fs";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import { onSpillFile } from "./spill-error.ts";

/** Records of one partition as rows of five doubles: the session's number within the partition, then its four figures. */
export const rowDoubles = 5;
export const partitions = 64;
const blockRows = 512;
const blockDoubles = blockRows * rowDoubles;
const blockBytes = blockDoubles * 8;

/** What a store holds of one partition. Sessions are numbered in the order of `keys`. */
export interface StoredPartition {
  readonly keys: readonly SessionKey[];
  readonly blocks: readonly Float64Array<ArrayBuffer>[];
  /** Where in the spill file more blocks lie. */
  readonly spilled: readonly { readonly offset: number; readonly bytes: number }[];
}

export interface StoredUsage {
  readonly partitions: readonly StoredPartition[];
  readonly spillFile: string | null;
}

/** What takes the records of a file as they are read. */
export interface RecordSink {
  /** A number for a session, the same for each of its records. */
  readonly reference: (key: SessionKey) => number;
  readonly append: (reference: number, at: number, elapsedSeconds: number, vcpuHours: number, gbHours: number) => void;
}

/**
 * Collects valid records, in 40 bytes each, split by a hash of their session so that each part can be metered by itself.
 * Beyond `limitBytes` of records it writes what it holds to `spillFile` and goes on. The names of sessions stay in memory.
 * Throws `SpillError` where that file cannot be written.
 */
export interface UsageStore extends RecordSink {
  /** Closes the store. */
  readonly finish: () => StoredUsage;
}

export function usageStore(limitBytes: number, spillFile: string): UsageStore {
  const keys = Array.from({ length: partitions }, (): SessionKey[] => []);
  const full = Array.from({ length: partitions }, (): Float64Array<ArrayBuffer>[] => []);
  const spilled = Array.from({ length: partitions }, (): { offset: number; bytes: number }[] => []);
  const open: Float64Array<ArrayBuffer>[] = [];
  const fill = new Int32Array(partitions).fill(blockDoubles);
  const references = new Map<string, number>();
  const shared = new Map<string, string>();
  let spare: Float64Array<ArrayBuffer>[] = [];
  let heldBytes = 0;
  let file: number | null = null;
  let offset = 0;

  const spill = (): void => {
    file ??= openSync(spillFile, "wx", 0o600);
    for (const [partition, blocks] of full.entries()) {
      if (blocks.length === 0) continue;
      spilled[partition]?.push({ offset, bytes: blocks.length * blockBytes });
      for (const block of blocks) offset += writeAll(file, block);
      spare.push(...blocks.splice(0));
    }
    heldBytes = 0;
  };

  const nextBlock = (partition: number): Float64Array<ArrayBuffer> => {
    const previous = open[partition];
    if (previous !== undefined) {
      full[partition]?.push(previous);
      heldBytes += blockBytes;
      if (heldBytes >= limitBytes) onSpillFile(spill);
    }
    const block = spare.pop() ?? new Float64Array(blockDoubles);
    open[partition] = block;
    fill[partition] = 0;
    return block;
  };

  return {
    reference: (key) => {
      const text = keyText(key);
      const known = references.get(text);
      if (known !== undefined) return known;
      const partition = partitionOf(text);
      const own = keys[partition] ?? [];
      const reference = own.length * partitions + partition;
      own.push(sharing(key, shared));
      references.set(text, reference);
      return reference;
    },
    append: (reference, at, elapsedSeconds, vcpuHours, gbHours) => {
      const partition = reference % partitions;
      let to = fill[partition] ?? 0;
      let block = open[partition];
      if (block === undefined || to === blockDoubles) {
        block = nextBlock(partition);
        to = 0;
      }
      block[to] = (reference - partition) / partitions;
      block[to + 1] = at;
      block[to + 2] = elapsedSeconds;
      block[to + 3] = vcpuHours;
      block[to + 4] = gbHours;
      fill[partition] = to + rowDoubles;
    },
    finish: () => {
      if (file !== null) closeSync(file);
      spare = [];
      references.clear();
      return {
        spillFile: file === null ? null : spillFile,
        partitions: keys.map((own, partition) => {
          const last = open[partition]?.subarray(0, fill[partition]);
          const blocks = [...(full[partition] ?? []), ...(last === undefined ? [] : [last])];
          return { keys: own, blocks, spilled: spilled[partition] ?? [] };
        }),
      };
    },
  };
}

/** One text for one session, whatever characters its parts contain. */
export const keyText = ({ account, region, interpreter, session }: SessionKey): string =>
  `${account.length}:${region.length}:${interpreter.length}:${account}${region}${interpreter}${session}`;

function partitionOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (partitions - 1);
}

/** Accounts, Regions and interpreters are few: one string each, however many sessions name them. */
function sharing(key: SessionKey, shared: Map<string, string>): SessionKey {
  const one = <T extends string>(text: T): T => {
    const known = shared.get(text);
    if (known === undefined) shared.set(text, text);
    return (known ?? text) as T;
  };
  return {
    account: one(key.account),
    region: one(key.region),
    interpreter: one(key.interpreter),
    session: key.session,
  };
}

function writeAll(file: number, block: Float64Array): number {
  const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  return bytes.length;
}
