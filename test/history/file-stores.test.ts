import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { s3Store } from "../../adapters/history/s3-store.ts";
import { ledgerAws } from "../local-services/ledger-clients.ts";
import { collect } from "./collect.ts";
import { fileStoreContract, textAt } from "./file-store-contract.ts";

const newFolder = (): string => mkdtempSync(path.join(tmpdir(), "sandmeter-history-"));
const removed = (folder: string) => rmSync(folder, { recursive: true, force: true });
const text = new TextEncoder().encode("text");

fileStoreContract("memory", async () => {
  const store = memoryStore();
  return { store, second: store, close: () => undefined };
});

fileStoreContract("a folder", async () => {
  const folder = newFolder();
  return { store: folderStore(folder), second: folderStore(folder), close: () => removed(folder) };
});

const aws = await ledgerAws({ places: [] });
const client = aws.s3();
const makeBucket = async (Bucket: string): Promise<void> => {
  await client.send(new CreateBucketCommand({ Bucket }));
};

let buckets = 0;
fileStoreContract("S3", async () => {
  const bucket = `bucket-${++buckets}`;
  await makeBucket(bucket);
  const open = () => s3Store(client, bucket, "some/prefix/");
  return { store: open(), second: open(), close: () => undefined };
});

describe("a folder of files", () => {
  it("is made where it is missing, and says what to do where it cannot be", async () => {
    const folder = newFolder();
    const store = folderStore(path.join(folder, "new", "history"));
    expect(await store.put("a/b", text, null)).toBe("written");
    writeFileSync(path.join(folder, "file"), "");
    await expect(folderStore(path.join(folder, "file", "x")).put("a", text, null)).rejects.toMatchObject({
      name: "HistoryError",
      code: "denied",
      message: expect.stringMatching(/cannot be used.*name another folder/),
    });
    removed(folder);
  });

  // There is nothing to be made in /proc, and nobody is told so by an error that stops Node's own way of making folders.
  it.runIf(existsSync("/proc/self"))("says at once that it cannot be made in a place that takes none", async () => {
    await expect(folderStore("/proc/nowhere/history").put("a/b", text, null)).rejects.toMatchObject({
      name: "HistoryError",
      code: "denied",
      message: expect.stringMatching(/history folder \/proc\/nowhere\/history cannot be used/),
    });
  });

  it("lists nothing that a killed writer left behind, and leaves nothing behind itself", async () => {
    const folder = newFolder();
    const store = folderStore(folder);
    mkdirSync(path.join(folder, "a"));
    writeFileSync(path.join(folder, "a", "b.0000.unfinished"), "half");
    await store.put("a/b", text, null);
    await store.put("a/b", text, null);
    expect(await collect(store.list("a", "b"))).toEqual(["a/b"]);
    expect(readdirSync(path.join(folder, "a")).sort()).toEqual(["b", "b.0000.unfinished"]);
    removed(folder);
  });

  it("shows a file that is being read as it was, whoever replaces it", async () => {
    const folder = newFolder();
    const store = folderStore(folder);
    await store.put("a", text, null);
    const file = await store.open("a");
    await store.put("a", new TextEncoder().encode("other"), file?.revision ?? null);
    expect(new TextDecoder().decode(await file?.slice(0))).toBe("text");
    await file?.close();
    expect(await textAt(store, "a")).toBe("other");
    removed(folder);
  });
});

describe("files in a bucket", () => {
  it("are listed over all pages", async () => {
    await makeBucket("pages");
    const paged = aws.s3();
    paged.middlewareStack.add(
      (next, context) => (args) =>
        next(
          context.commandName === "ListObjectsV2Command" ? { ...args, input: { ...args.input, MaxKeys: 10 } } : args,
        ),
      { step: "initialize" },
    );
    const store = s3Store(paged, "pages", "");
    const paths = Array.from({ length: 25 }, (_, index) => `a/${String(index).padStart(2, "0")}`);
    for (const it of paths) await store.put(it, text, null);
    expect(await collect(store.list("a/03", "a/24"))).toEqual(paths.slice(4, 24));
  });

  it("are not mixed with those that replaced them while they were read", async () => {
    await makeBucket("mixed");
    const store = s3Store(client, "mixed", "");
    await store.put("a", text, null);
    const file = await store.open("a");
    await store.put("a", new TextEncoder().encode("other"), file?.revision ?? null);
    await expect(file?.slice(0)).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/replaced/),
    });
  });

  it("say what to do where there is no bucket", async () => {
    await expect(s3Store(client, "missing-bucket", "").put("a", text, null)).rejects.toMatchObject({
      name: "HistoryError",
      code: "denied",
      message: expect.stringMatching(/no bucket for s3:\/\/missing-bucket\/: make it/),
    });
  });
});
