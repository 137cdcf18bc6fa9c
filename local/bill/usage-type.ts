/** What AWS writes before a usage type for each Region (read off public price lists); eu-west-1 was the first and has no number. */
const prefixes: Readonly<Record<string, string>> = {
  "us-east-1": "USE1",
  "us-east-2": "USE2",
  "us-west-1": "USW1",
  "us-west-2": "USW2",
  "ca-central-1": "CAN1",
  "sa-east-1": "SAE1",
  "eu-central-1": "EUC1",
  "eu-west-1": "EU",
  "eu-west-2": "EUW2",
  "eu-west-3": "EUW3",
  "eu-north-1": "EUN1",
  "eu-south-1": "EUS1",
  "eu-south-2": "EUS2",
  "ap-northeast-1": "APN1",
  "ap-northeast-2": "APN2",
  "ap-northeast-3": "APN3",
  "ap-south-1": "APS3",
  "ap-southeast-1": "APS1",
  "ap-southeast-2": "APS2",
  "us-gov-west-1": "UGW1",
};

export const usageType = (region: string, what: string): string =>
  `${prefixes[region] ?? region.toUpperCase().replaceAll("-", "")}-${what}`;
