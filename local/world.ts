import type { LocalClock } from "./clock.ts";
import type { Activity } from "./fleet/activity.ts";

/** What AWS does not document (each can be switched, and the product must hold under both). */
export interface UnknownBehaviours {
  /** Whether usage records arrive while a session lives, or in a burst once it has ended; an interpreter of a fleet may say its own. */
  readonly usageDelivery: UsageDelivery;
  /** Whether the metrics of calls count one in the minute in which it starts or in which it is complete. */
  readonly invocationStamp: "start" | "completion";
  /** Whether application logs and spans are stamped with a call's start or its completion. */
  readonly callLogStamp: "start" | "completion";
  /** Whether a usage record's timestamp marks the start or the end of its second. */
  readonly recordStamp: "start" | "end";
  /** What Stop answers for a session that already ended. */
  readonly stopEnded: "success" | "not-found" | "conflict";
  /** Whether Get and List say TERMINATED as soon as a session is stopped, or READY for another 2 to 20 seconds. */
  readonly stopSettling: "at-once" | "slowly";
  /** Whether `lastUpdatedAt` stays at `createdAt` or moves with the last invocation. */
  readonly lastUpdatedAt: "created" | "invocation";
  /** Whether a listing of interpreters without a type includes the SYSTEM one. */
  readonly untypedListing: "all" | "custom";
  /** Largest page of ListCodeInterpreters that is really given, whatever was asked for. */
  readonly interpreterPageMax: number;
  /** Whether CPUUsed and MemoryUsed name an interpreter by its ARN or its id. */
  readonly resourceDimension: "arn" | "id";
  /** Whether Logs Insights gives the numbers that it computed in full, or with four decimals as its console shows them. */
  readonly insightsNumbers: "full" | "rounded";
}

export type UsageDelivery = "streaming" | "at-teardown";

/** Limits that a benchmark may scale up, and a test down. */
export interface LocalLimits {
  /** Requests per second and operation of the session and interpreter reads; 30 on AWS. */
  readonly requestsPerSecond: number;
  /** Requests per second of CreateCodeInterpreter and DeleteCodeInterpreter; 5 on AWS. */
  readonly writesPerSecond: number;
  /** How many times as many requests as AWS's all other operations take. */
  readonly othersTimes: number;
  /** Rows (periods, or groups of a period) that one page of GetCostAndUsage holds. */
  readonly billRowsPerPage: number;
}

/** Where an interpreter's USAGE_LOGS go. */
export type UsageLogs = LogGroupDelivery | BucketDelivery;

export interface LogGroupDelivery {
  readonly to: "log-group";
  readonly logGroup: string;
  /** Null: events never expire. */
  readonly retentionDays: number | null;
  /** `missing`: somebody deleted the group; `unreadable`: policies let nobody read its events. */
  readonly state: "present" | "missing" | "unreadable";
}

export interface BucketDelivery {
  readonly to: "bucket";
  readonly bucket: string;
  /** Before `AWSLogs/`; empty or ends in a slash. */
  readonly prefix: string;
}

export interface LocalInterpreter {
  readonly id: string;
  readonly arn: string;
  readonly kind: "SYSTEM" | "CUSTOM";
  readonly name: string;
  readonly description: string | null;
  readonly networkMode: "SANDBOX" | "PUBLIC" | "VPC";
  readonly createdAt: number;
  lastUpdatedAt: number;
  status: "CREATING" | "CREATE_FAILED" | "READY" | "DELETING" | "DELETE_FAILED" | "DELETED";
  readonly tags: Readonly<Record<string, string>>;
  /** The delivery of its USAGE_LOGS; null where nobody turned them on. */
  readonly usageLogs: UsageLogs | null;
  /** When its usage records come; null: as the world's switch says. */
  readonly usageDelivery: UsageDelivery | null;
  /** Where its APPLICATION_LOGS go; null where nobody turned them on. */
  readonly applicationLogs: LogGroupDelivery | null;
  /** Whether its TRACES are on: their spans go to the place's log group `aws/spans`. */
  readonly hasTraces: boolean;
  /** Members of the create request that are only given back. */
  readonly echoed: Readonly<Record<string, unknown>>;
}

/** A call that a session received: what the fleet's callers did by plan, and what real clients sent. */
export interface LocalCall {
  readonly operation: "StartCodeInterpreterSession" | "InvokeCodeInterpreter" | "StopCodeInterpreterSession";
  readonly startAt: number;
  /** May lie in the future while the call is in flight: a call is known from its start on. */
  readonly endAt: number;
  /** It was answered with an error, as for a session that had ended: it never reached the microVM. */
  readonly isRefused?: true;
  /** Absent for what the fleet's callers did by plan. */
  readonly requestId?: string;
  /** A background job that the call left behind (`startCommandExecution`); stopping it moves `endAt` forward to now. */
  readonly job?: { readonly vcpu: number; endAt: number };
}

export interface LocalSession {
  readonly account: string;
  readonly region: string;
  readonly interpreterId: string;
  readonly id: string;
  readonly name: string | null;
  /** May lie in the future: the fleet plans ahead, and a session exists from `createdAt` on. */
  readonly createdAt: number;
  /** When the microVM booted: usage is stamped from here on, up to 43 minutes before `createdAt`. */
  readonly bootAt: number;
  readonly timeoutSeconds: number;
  readonly activity: Activity;
  /** When its caller will have stopped it by plan, whatever anybody else does; null: never. */
  readonly plannedStopAt: number | null;
  /** When it ends or ended for another reason than its timeout: a planned stop of its caller, or Stop. Null: the timeout ends it. */
  stoppedAt: number | null;
  /** Calls that real clients made; those of the plan come from `activity`. */
  readonly calls: LocalCall[];
}

/** One account in one Region. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly interpreters: Map<string, LocalInterpreter>;
  /** By interpreter id, then session id. */
  readonly sessions: Map<string, Map<string, LocalSession>>;
  /** Applied quota values by code; a code that is absent has no applied value. */
  readonly appliedQuotas: Map<string, number>;
  /** Default quota values by code; a code that is absent is not known to Service Quotas. */
  readonly defaultQuotas: Map<string, number>;
  /** Where a trail delivers the data events of this place's sessions; null where there is none. */
  readonly trail: BucketDelivery | null;
}

/** How the bill departs from what the records say, and how Cost Explorer answers: switched while the server runs. */
export interface Billing {
  /** By Region: billed usage over metered usage, in millionths; 1 000 000 where absent. */
  readonly driftMillionths: Map<string, number>;
  /** An error that Cost Explorer answers to everything; null for none. */
  refusal: "DataUnavailableException" | "BillExpirationException" | "LimitExceededException" | null;
}

/** Something in a bucket. */
export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedAt: number;
  /** Headers that come back as they were given, by lower-case name: content type and encoding, user metadata, checksum. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly createdAt: number;
  readonly objects: Map<string, StoredObject>;
  /** Up to when AWS's own deliveries have been written, by what delivers. */
  readonly deliveredUntil: Map<string, number>;
}

export interface World {
  readonly clock: LocalClock;
  readonly unknowns: UnknownBehaviours;
  readonly limits: LocalLimits;
  readonly seed: number;
  /** The account of an access key id that is not itself 12 digits. */
  readonly firstAccount: string;
  /** The place, made empty on first use; null where the account has not enabled the Region (or it does not exist). */
  readonly place: (account: string, region: string) => Place | null;
  readonly places: () => Iterable<Place>;
  /** By name: bucket names are unique in all of AWS. */
  readonly buckets: Map<string, Bucket>;
  readonly billing: Billing;
}
