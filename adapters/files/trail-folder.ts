import type { Target } from "../../core/inventory/target.ts";

/**
 * Whether a path of a trail can have events of a target: `…AWSLogs/ACCOUNT/CloudTrail/REGION/…`, in an organization's trail
 * `…AWSLogs/o-ID/ACCOUNT/…`. A path that says neither can. Digests, insights and the like are files of another shape.
 */
export function mayHoldTrailOf(path: string, target: Target): boolean {
  const parts = path.split("/");
  const logs = parts.indexOf("AWSLogs");
  if (logs < 0) return true;
  const below = parts.slice(logs + 1).filter((part) => !/^o-[a-z0-9]{10,32}$/.test(part) && part !== "");
  const [account, kind, region] = below;
  if (account !== undefined && /^\d{12}$/.test(account) && account !== target.account) return false;
  if (kind?.startsWith("CloudTrail") === true && kind !== "CloudTrail") return false;
  return region === undefined || kind !== "CloudTrail" || region === target.region;
}
