import type { AwsClients } from "../../adapters/aws/clients.ts";

/** Any Region can be asked where a bucket is; ours is the nearest. */
export const homeS3 = async (clients: AwsClients) => clients.s3((await clients.defaultRegion()) ?? "us-east-1");
