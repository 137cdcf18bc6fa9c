import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { stopRecordsContract } from "./contract.ts";

stopRecordsContract("memory", async () => {
  const records = memoryStopRecords();
  return { records, second: records, close: () => undefined };
});
