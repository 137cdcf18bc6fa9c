/** Regions with built-in tools (AWS's list, read 2026-09): the system interpreter lives in each. */
export const regionsWithTools: ReadonlySet<string> = new Set([
  "us-east-1",
  "us-east-2",
  "us-west-2",
  "ca-central-1",
  "sa-east-1",
  "eu-central-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "eu-north-1",
  "eu-south-1",
  "eu-south-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-5",
  "ap-southeast-7",
  "us-gov-west-1",
]);

/** Regions that an account of the commercial partition must turn on before it can use them. */
const optInRegions: ReadonlySet<string> = new Set(["eu-south-1", "eu-south-2", "ap-southeast-5", "ap-southeast-7"]);

/** Regions of the commercial partition without built-in tools; their other services answer. */
const otherRegions: readonly string[] = ["us-west-1", "ap-northeast-3"];

/** What every account may use without turning anything on. GovCloud has accounts of its own. */
export const regionsOnByDefault: ReadonlySet<string> = new Set([
  ...[...regionsWithTools].filter((region) => !optInRegions.has(region) && !region.startsWith("us-gov-")),
  ...otherRegions,
]);

export const partitionOf = (region: string): string => (region.startsWith("us-gov-") ? "aws-us-gov" : "aws");
