import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Region } from "../core/kernel/ids.ts";

/** AgentCore's quota of each operation that a function uses, in requests a second (AgentCore quotas, read 2026-09-26). */
export const requestsPerSecond = 30;

/** The table answers in milliseconds. Without these a lost connection would last until Lambda ends the function. */
const requestHandler = { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true } as const;

export const tableClient = (homeRegion: Region): DynamoDBClient =>
  new DynamoDBClient({ region: homeRegion, requestHandler });
