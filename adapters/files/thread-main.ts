import { Readable } from "node:stream";
import { parentPort, workerData } from "node:worker_threads";
import { type HandSettings, ownHand } from "./hand.ts";
import { SpillError } from "./spill-error.ts";
import { buffersOf, type Order, type Report } from "./thread-hand.ts";

// The entry of a thread: a hand whose orders come as messages. It ends when the main thread ends it.
if (parentPort === null) throw new Error("this file is the entry of a worker thread");
const port = parentPort;
const report = (message: Report, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, [...transfer]);
const hand = ownHand(workerData as HandSettings, {
  standardInput: Readable.from([]),
  signal: new AbortController().signal,
  onBytes: (bytes) => report({ kind: "bytes", bytes }),
});

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case "read":
      return report({ kind: "answer", answer: await hand.read(order.stretch) });
    case "finish": {
      const stored = await hand.finish();
      const blocks = stored.partitions.flatMap((partition) => partition.blocks);
      return report({ kind: "answer", answer: stored }, buffersOf(blocks));
    }
    case "meter":
      return report({ kind: "answer", answer: await hand.meter(order.partitions) });
  }
}

port.on("message", (order: Order) => {
  obey(order).catch((error: unknown) => {
    // Anything else is a fault of the program: it ends the thread, and the main thread hears of it.
    if (!(error instanceof SpillError)) throw error;
    report({ kind: "cannot-spill", code: error.code });
  });
});
