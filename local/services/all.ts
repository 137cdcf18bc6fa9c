import type { ServiceDefinition } from "../service.ts";
import { agentCoreControl } from "./agentcore-control.ts";
import { agentCoreSessions } from "./agentcore-sessions.ts";
import { otherServices } from "./index.ts";

/** All services of the embedded AWS. */
export const services: readonly ServiceDefinition[] = [agentCoreControl, agentCoreSessions, ...otherServices];
