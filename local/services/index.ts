import type { ServiceDefinition } from "../service.ts";
import { cloudWatch } from "./cloudwatch/definition.ts";
import { costExplorer } from "./cost-explorer/definition.ts";
import { events } from "./events.ts";
import { logs } from "./logs/definition.ts";
import { s3 } from "./s3/definition.ts";
import { serviceQuotas } from "./service-quotas.ts";
import { ssm } from "./ssm/definition.ts";
import { sts } from "./sts.ts";

/** The services around AgentCore that the embedded AWS speaks. */
export const otherServices: readonly ServiceDefinition[] = [
  cloudWatch,
  costExplorer,
  events,
  logs,
  s3,
  serviceQuotas,
  ssm,
  sts,
];
