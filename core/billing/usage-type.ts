/** `USE1-CodeInterpreter:Consumption-based:vCPU`, taken apart. */
interface UsageType {
  /** Null where the usage type has none, as some of us-east-1 have none. */
  readonly prefix: string | null;
  /** Null where it is a usage type of Code Interpreter that is not understood. */
  readonly meter: "vcpu" | "memory" | null;
}

/** Null where the usage type is of something else. */
export function usageTypeOf(text: string): UsageType | null {
  const match = /^(?:([A-Z0-9]+)-)?CodeInterpreter(?::(.*))?$/.exec(text);
  if (match === null) return null;
  const meter =
    match[2] === "Consumption-based:vCPU" ? "vcpu" : match[2] === "Consumption-based:Memory" ? "memory" : null;
  return { prefix: match[1] ?? null, meter };
}

/**
 * The Regions that the prefixes of usage types stand for (AWS billing data and price lists, read 2026-09). A price list
 * names the Region itself; the prefix only has to agree with it.
 */
const regions: Readonly<Record<string, string>> = {
  USE1: "us-east-1",
  USE2: "us-east-2",
  USW1: "us-west-1",
  USW2: "us-west-2",
  CAN1: "ca-central-1",
  SAE1: "sa-east-1",
  EU: "eu-west-1",
  EUW1: "eu-west-1",
  EUW2: "eu-west-2",
  EUW3: "eu-west-3",
  EUC1: "eu-central-1",
  EUC2: "eu-central-2",
  EUN1: "eu-north-1",
  EUS1: "eu-south-1",
  EUS2: "eu-south-2",
  APN1: "ap-northeast-1",
  APN2: "ap-northeast-2",
  APN3: "ap-northeast-3",
  APS1: "ap-southeast-1",
  APS2: "ap-southeast-2",
  APS3: "ap-south-1",
  APS4: "ap-southeast-3",
  APS5: "ap-south-2",
  APS6: "ap-southeast-4",
  APE1: "ap-east-1",
  MES1: "me-south-1",
  MEC1: "me-central-1",
  AFS1: "af-south-1",
  ILC1: "il-central-1",
  UGW1: "us-gov-west-1",
  UGE1: "us-gov-east-1",
};

export const regionOfPrefix = (prefix: string): string | null =>
  Object.hasOwn(regions, prefix) ? (regions[prefix] ?? null) : null;
