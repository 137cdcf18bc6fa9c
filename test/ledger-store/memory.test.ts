import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { ledgerContract } from "./contract.ts";

ledgerContract("memory", async () => {
  const ledger = memoryLedger();
  return { ledger, second: ledger, folded: ledger, documents: memoryDocuments(), close: () => undefined };
});
