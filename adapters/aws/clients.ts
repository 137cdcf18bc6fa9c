import type { BedrockAgentCoreClient } from "@aws-sdk/client-bedrock-agentcore";
import type { BedrockAgentCoreControlClient } from "@aws-sdk/client-bedrock-agentcore-control";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { S3Client } from "@aws-sdk/client-s3";
import type { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { addAnswerTime, answerTime } from "./answer-time.ts";
import type { MonotonicClock } from "./pacer.ts";
import { addRateShare, rateShare } from "./rate-share.ts";
import { rateOf } from "./request-rates.ts";

export interface AwsClientsOptions {
  /** The product's version, for the user agent. */
  readonly version: string;
  /** A profile of the shared configuration files; absent: the ordinary chain. */
  readonly profile?: string;
  /** A role that is assumed with them; absent: none. */
  readonly roleArn?: string;
  /** The quota of each AgentCore operation, in requests a second, account and Region. */
  readonly requestsPerSecond: number;
  /** The part of it that is ours, above 0 and at most 1. */
  readonly rateShare: number;
  /** An AWS that is not AWS's own. Nothing of the environment and of the shared files then says where requests go or who signs. */
  readonly embedded?: EmbeddedAws;
  /** HTTP attempts of one call, the first included; 5 where absent. */
  readonly maxAttempts?: number;
  /** What the machine's clock says, to compare it with the service's; absent: nobody compares. */
  readonly machineNow?: () => number;
  /** For tests. */
  readonly clock?: MonotonicClock;
}

interface EmbeddedAws {
  /** How many times as many requests as AWS's it takes for all that is not AgentCore's; 1 where absent. */
  readonly othersTimes?: number;
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Clients of one caller (so of one account), one for each service and Region, made on first use. */
export interface AwsClients {
  readonly agentCore: (region: string) => Promise<BedrockAgentCoreClient>;
  readonly agentCoreControl: (region: string) => Promise<BedrockAgentCoreControlClient>;
  readonly serviceQuotas: (region: string) => Promise<ServiceQuotasClient>;
  readonly cloudWatch: (region: string) => Promise<CloudWatchClient>;
  readonly cloudWatchLogs: (region: string) => Promise<CloudWatchLogsClient>;
  /** Buckets are asked where they are: an answer from another Region says where that is. */
  readonly s3: (region: string) => Promise<S3Client>;
  /** Has one endpoint in each partition, whatever the Region. */
  readonly costExplorer: (region: string) => Promise<CostExplorerClient>;
  readonly dynamoDb: (region: string) => Promise<DynamoDBClient>;
  readonly eventBridge: (region: string) => Promise<EventBridgeClient>;
  readonly ssm: (region: string) => Promise<SSMClient>;
  readonly sts: (region: string) => Promise<STSClient>;
  /** The Region of the environment or the profile; null where neither names one. */
  readonly defaultRegion: () => Promise<string | null>;
  /** HTTP attempts of all services in a Region up to now, retries included. */
  readonly attemptsIn: (region: string) => number;
  /** How far the service's clock is ahead of `machineNow`, by the latest answer; null where none has said. */
  readonly clockAheadMs: () => number | null;
  /** Closes the connections that are kept open. */
  readonly close: () => void;
}

const usualAttempts = 5;
/** Those that keep sessions and say who asks: what others answer may come from somewhere between. */
const timed: ReadonlySet<string> = new Set(["agentCore", "sts"]);
// An answer to a listing or a look-up takes well under a second; these bound what a lost connection can cost.
const requestHandler = {
  connectionTimeout: 3000,
  requestTimeout: 20_000,
  throwOnRequestTimeout: true,
  httpsAgent: { keepAlive: true, maxSockets: 128 },
  httpAgent: { keepAlive: true, maxSockets: 128 },
} as const;

const wallClock: MonotonicClock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.ceil(ms));
    return () => clearTimeout(timer);
  },
};

/**
 * The one place that makes clients; only composition roots call it. The SDK's packages load on first use, so that a
 * command which needs none of them does not wait for them.
 */
export function awsClients(options: AwsClientsOptions): AwsClients {
  const share = rateShare(
    rateOf(options.requestsPerSecond, options.rateShare, options.embedded?.othersTimes),
    options.clock ?? wallClock,
  );
  const made = new Map<string, Promise<{ readonly destroy: () => void }>>();
  const time = answerTime();
  const { machineNow } = options;
  const profile = options.profile === undefined ? {} : { profile: options.profile };
  // One chain for all clients: a single sign-on, a process or an instance role is asked once, not once a client.
  let chain: ReturnType<typeof credentialChain | typeof roleCredentials> | null = null;

  const access = async () => {
    const { embedded, roleArn } = options;
    if (embedded === undefined) {
      chain ??= roleArn === undefined ? credentialChain(profile) : roleCredentials(roleArn, profile);
      return { ...profile, credentials: await chain };
    }
    const { endpoint, accessKeyId, secretAccessKey } = embedded;
    // FIPS and dual-stack settings of the environment rule out an endpoint of one's own, so they are overridden as well.
    const itself = { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };
    return { ...itself, credentials: { accessKeyId, secretAccessKey } };
  };

  const config = async (region: string) => {
    return {
      ...(await access()),
      region,
      maxAttempts: options.maxAttempts ?? usualAttempts,
      retryMode: "standard",
      customUserAgent: [["sandmeter", options.version] as [string, string]],
      requestHandler,
    };
  };

  type Config = Awaited<ReturnType<typeof config>>;
  type Client = Parameters<typeof addRateShare>[0] &
    Parameters<typeof addAnswerTime>[0] & { readonly destroy: () => void };

  const perRegion =
    <C extends Client>(service: string, make: (config: Config) => Promise<C>) =>
    (region: string): Promise<C> => {
      const key = `${service}/${region}`;
      const known = made.get(key) as Promise<C> | undefined;
      if (known !== undefined) return known;
      const fresh = config(region).then(async (settings) => {
        const client = await make(settings);
        addRateShare(client, region, share);
        if (machineNow !== undefined && timed.has(service)) addAnswerTime(client, time, machineNow);
        return client;
      });
      made.set(key, fresh);
      return fresh;
    };

  return {
    agentCore: perRegion("agentCore", async (settings) => {
      const { BedrockAgentCoreClient } = await import("@aws-sdk/client-bedrock-agentcore");
      return new BedrockAgentCoreClient(settings);
    }),
    agentCoreControl: perRegion("agentCoreControl", async (settings) => {
      const { BedrockAgentCoreControlClient } = await import("@aws-sdk/client-bedrock-agentcore-control");
      return new BedrockAgentCoreControlClient(settings);
    }),
    serviceQuotas: perRegion("serviceQuotas", async (settings) => {
      const { ServiceQuotasClient } = await import("@aws-sdk/client-service-quotas");
      return new ServiceQuotasClient(settings);
    }),
    cloudWatch: perRegion("cloudWatch", async (settings) => {
      const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
      return new CloudWatchClient(settings);
    }),
    cloudWatchLogs: perRegion("cloudWatchLogs", async (settings) => {
      const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
      return new CloudWatchLogsClient(settings);
    }),
    s3: perRegion("s3", async (settings) => {
      const { S3Client } = await import("@aws-sdk/client-s3");
      // An embedded AWS has one address for all buckets.
      return new S3Client(options.embedded === undefined ? settings : { ...settings, forcePathStyle: true });
    }),
    costExplorer: perRegion("costExplorer", async (settings) => {
      const { CostExplorerClient } = await import("@aws-sdk/client-cost-explorer");
      return new CostExplorerClient(settings);
    }),
    dynamoDb: perRegion("dynamoDb", async (settings) => {
      const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb");
      return new DynamoDBClient(settings);
    }),
    eventBridge: perRegion("eventBridge", async (settings) => {
      const { EventBridgeClient } = await import("@aws-sdk/client-eventbridge");
      return new EventBridgeClient(settings);
    }),
    ssm: perRegion("ssm", async (settings) => {
      const { SSMClient } = await import("@aws-sdk/client-ssm");
      return new SSMClient(settings);
    }),
    sts: perRegion("sts", async (settings) => {
      const { STSClient } = await import("@aws-sdk/client-sts");
      return new STSClient(settings);
    }),
    defaultRegion: () => defaultRegion(profile),
    attemptsIn: share.attemptsIn,
    clockAheadMs: time.aheadMs,
    close: () => {
      // A client that could not be made has nothing to close; whoever asked for it was told why.
      for (const client of made.values()) {
        client.then(
          (it) => it.destroy(),
          () => undefined,
        );
      }
      made.clear();
    },
  };
}

async function credentialChain(profile: { readonly profile?: string }) {
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  return fromNodeProviderChain(profile);
}

async function roleCredentials(roleArn: string, profile: { readonly profile?: string }) {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  return fromTemporaryCredentials({
    masterCredentials: fromNodeProviderChain(profile),
    params: { RoleArn: roleArn, RoleSessionName: "sandmeter" },
  });
}

async function defaultRegion(profile: { readonly profile?: string }): Promise<string | null> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(profile);
  try {
    return await client.config.region();
  } catch (error) {
    // The SDK throws where no source names a Region: that is an answer here. Anything else is a broken configuration.
    if (error instanceof Error && /region is missing/i.test(error.message)) return null;
    throw error;
  } finally {
    client.destroy();
  }
}
