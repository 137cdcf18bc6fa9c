import path from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import type { StoredPlace } from "../../adapters/config/stored-place.ts";
import { fileCloseBook } from "../../adapters/history/close-book.ts";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import { sqliteLedger } from "../../adapters/sqlite/ledger.ts";
import type { StateAccess } from "../../adapters/sqlite/open-to-read.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { sqliteStopRecords } from "../../adapters/sqlite/stop-records.ts";
import type { PriceBook } from "../../core/billing/price-book.ts";
import type { Target } from "../../core/inventory/target.ts";
import { readAccount, writeAccount } from "../../core/ledger/account-text.ts";
import type { CloseBook } from "../../core/ports/close-book.ts";
import type { Documents } from "../../core/ports/documents.ts";
import type { History, Ledger } from "../../core/ports/ledger.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import type { Registry } from "../../core/ports/registry.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import type { StopRecords } from "../../core/ports/stops.ts";
import { CliError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import type { AccountsSettings } from "./accounts-settings.ts";

/** All that is kept between runs. */
export interface Stores {
  readonly registry: Registry & Outbox;
  readonly ledger: Ledger;
  readonly documents: Documents;
  readonly stopRecords: StopRecords;
  readonly history: History;
  readonly closeBook: CloseBook;
  /** Whose sessions are in the registry. */
  readonly targets: () => Promise<readonly Target[]>;
  readonly close: () => void;
}

/**
 * Opens the state file and history. `s3` makes the client of a bucket; it is asked only where history is in one. Throws
 * `CliError` for what the user should read.
 */
export async function openStores(
  settings: Pick<AccountsSettings, "stateFile" | "history" | "meter">,
  prices: PriceBook,
  s3: () => Promise<S3Client>,
  access: StateAccess = "write",
): Promise<Stores> {
  const opened: { readonly close: () => void }[] = [];
  const keep = <T extends { readonly close: () => void }>(store: T): T => {
    opened.push(store);
    return store;
  };
  try {
    const files = await fileStoreOf(settings.history, s3);
    const registry = keep(sqliteRegistry(settings.stateFile, access));
    return {
      registry,
      targets: registry.targets,
      ledger: keep(sqliteLedger(settings.stateFile, { encode: writeAccount, decode: readAccount }, access)),
      documents: keep(sqliteDocuments(settings.stateFile, access)),
      stopRecords: keep(sqliteStopRecords(settings.stateFile, access)),
      history: parquetHistory(files, { prices, gb: settings.meter.gb }),
      closeBook: fileCloseBook(files),
      close: () => {
        for (const store of opened) store.close();
      },
    };
  } catch (error) {
    for (const store of opened) store.close();
    if (error instanceof RegistryError) throw new CliError(error.message, exitCode.failed, { cause: error });
    throw error;
  }
}

export async function fileStoreOf(place: StoredPlace, s3: () => Promise<S3Client>): Promise<FileStore> {
  if (place.kind === "folder") return folderStore(place.folder);
  const { s3Store } = await import("../../adapters/history/s3-store.ts");
  return s3Store(await s3(), place.bucket, place.prefix);
}

/** For messages and headings. */
export const placeText = (place: StoredPlace): string =>
  place.kind === "folder" ? path.normalize(place.folder) : `s3://${place.bucket}/${place.prefix}`;
