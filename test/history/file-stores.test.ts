import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { s3Store } from "../../adapters/history/s3-store.ts";
import { collect } from "./collect.ts";
import { fileStoreContract, textAt } from "./file-store-contract.ts";
import { type TinyS3, tinyS3 } from "./tiny-s3.ts";

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

let s3: TinyS3;
let client: S3Client;
beforeAll(async () => {
  s3 = await tinyS3();
  client = new S3Client({
    endpoint: s3.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "111122223333", secretAccessKey: "local" },
  });
});
afterAll(async () => {
  client.destroy();
  await s3.close();
});

let buckets = 0;
fileStoreContract("S3", async () => {
  const bucket = `bucket-${++buckets}`;
  s3.makeBucket(bucket);
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
    s3.makeBucket("pages");
    const store = s3Store(client, "pages", "");
    const paths = Array.from({ length: 25 }, (_, index) => `a/${String(index).padStart(2, "0")}`);
    for (const it of paths) await store.put(it, text, null);
    expect(await collect(store.list("a/03", "a/24"))).toEqual(paths.slice(4, 24));
  });

  it("are not mixed with those that replaced them while they were read", async () => {
    s3.makeBucket("mixed");
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
    await expect(s3Store(client, "missing", "").put("a", text, null)).rejects.toMatchObject({
      name: "HistoryError",
      code: "denied",
      message: expect.stringMatching(/no bucket for s3:\/\/missing\/: make it/),
    });
  });
});
