import { Worker } from "node:worker_threads";
import type { Hand, HandContext, HandSettings, PartitionSource, Stretch } from "./hand.ts";
import { SpillError } from "./spill-error.ts";
import type { StoredUsage } from "./usage-store.ts";

/** What is asked of the thread; each is answered once, in turn. */
export type Order =
  | { readonly kind: "read"; readonly stretch: Stretch }
  | { readonly kind: "finish" }
  | { readonly kind: "meter"; readonly partitions: readonly (readonly PartitionSource[])[] };

export type Report =
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "answer"; readonly answer: unknown }
  | { readonly kind: "cannot-spill"; readonly code: string };

/** A hand that works in a thread of its own. Standard input stays with the main thread. */
export function threadHand(settings: HandSettings, context: HandContext): Hand {
  const file = import.meta.url.endsWith(".ts") ? "./thread-main.ts" : "./thread-main.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: settings });
  let pending: PromiseWithResolvers<unknown> | null = null;
  let failure: { readonly error: unknown } | null = null;
  const fail = (error: unknown): void => {
    failure ??= { error };
    pending?.reject(error);
    void worker.terminate();
  };
  const stop = (): void => fail(context.signal.reason);
  context.signal.addEventListener("abort", stop, { once: true });
  worker.on("error", fail);
  worker.on("message", (report: Report) => {
    switch (report.kind) {
      case "bytes":
        return context.onBytes(report.bytes);
      case "answer":
        return pending?.resolve(report.answer);
      case "cannot-spill":
        return fail(new SpillError(report.code));
    }
  });
  const ask = async (order: Order, transfer: readonly ArrayBuffer[] = []): Promise<unknown> => {
    context.signal.throwIfAborted();
    if (failure !== null) throw failure.error;
    pending = Promise.withResolvers<unknown>();
    worker.postMessage(order, [...transfer]);
    return pending.promise;
  };
  return {
    read: async (stretch) => (await ask({ kind: "read", stretch })) as Awaited<ReturnType<Hand["read"]>>,
    finish: async () => (await ask({ kind: "finish" })) as StoredUsage,
    meter: async (partitions) =>
      (await ask(
        { kind: "meter", partitions },
        partitions.flat().flatMap(({ stored }) => buffersOf(stored.blocks)),
      )) as Awaited<ReturnType<Hand["meter"]>>,
    dismiss: async () => {
      context.signal.removeEventListener("abort", stop);
      await worker.terminate();
    },
  };
}

/** The memory of blocks, to be handed over to another thread and not copied. */
export const buffersOf = (blocks: readonly Float64Array<ArrayBuffer>[]): readonly ArrayBuffer[] =>
  blocks.map((block) => block.buffer);
