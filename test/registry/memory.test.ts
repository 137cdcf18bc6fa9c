import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { registryContract } from "./contract.ts";

registryContract("memory", async () => ({ registry: memoryRegistry(), second: null, close: () => undefined }));
