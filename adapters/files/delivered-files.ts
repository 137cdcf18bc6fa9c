import type { Readable } from "node:stream";
import type { Instant } from "../../core/kernel/instant.ts";
import type { Listing, Problem } from "../../core/kernel/problem.ts";

/** A file that something delivered, and that does not change any more. */
export interface DeliveredFile {
  /** Its path under the place, parts joined by `/`: other people's text. */
  readonly name: string;
  readonly deliveredAt: Instant;
  readonly sizeBytes: number;
}

/** A place that files are delivered to: a folder, or a bucket with what its keys begin with. */
export interface DeliveredFiles {
  /** What comes before a file's name in messages. */
  readonly place: string;
  /** Files delivered in [from, until), in the order of their delivery, then of their names. */
  readonly list: (from: Instant, until: Instant, signal: AbortSignal) => Promise<Listing<DeliveredFile>>;
  readonly open: (file: DeliveredFile, signal: AbortSignal) => Promise<FileContent>;
  /** What to tell of an error that the place threw; throws it again where it is a fault of the program. */
  readonly problemOf: (file: DeliveredFile, error: unknown) => Problem;
}

/** One file, to be read in the way that suits what is in it. */
export interface FileContent {
  readonly byteLength: number;
  /** Where it is on a disk of this machine; null where it is not. */
  readonly path: string | null;
  readonly stream: () => Promise<Readable>;
  readonly slice: (start: number, end?: number) => Promise<ArrayBuffer>;
  readonly close: () => Promise<void>;
}

export const inOrderOfDelivery = (a: DeliveredFile, b: DeliveredFile): number =>
  a.deliveredAt - b.deliveredAt || (a.name < b.name ? -1 : 1);

/** What writers call files that are not finished, or that tell of others: hidden names, `_SUCCESS`, `x.tmp`. */
export const isDelivered = (name: string): boolean =>
  !/^[._]/.test(name) && !/\.(?:tmp|temp|part|partial|unfinished|crdownload|crc)$/i.test(name);

/** A file that cannot be read holds the place up: otherwise what is in it would be missing from every figure, unseen. */
export const untilMended = "mend it or move it away; until then the place counts as read only up to it";
