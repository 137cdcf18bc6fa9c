/** What AWS calls the Regions that have sandboxes; the id of a Region that is not known. */
export const regionName = (id: string): string => names.get(id) ?? id;

const names: ReadonlyMap<string, string> = new Map([
  ["ap-northeast-1", "Asia Pacific (Tokyo)"],
  ["ap-northeast-2", "Asia Pacific (Seoul)"],
  ["ap-south-1", "Asia Pacific (Mumbai)"],
  ["ap-southeast-1", "Asia Pacific (Singapore)"],
  ["ap-southeast-2", "Asia Pacific (Sydney)"],
  ["ap-southeast-5", "Asia Pacific (Malaysia)"],
  ["ap-southeast-7", "Asia Pacific (Thailand)"],
  ["ca-central-1", "Canada (Central)"],
  ["eu-central-1", "Europe (Frankfurt)"],
  ["eu-north-1", "Europe (Stockholm)"],
  ["eu-south-1", "Europe (Milan)"],
  ["eu-south-2", "Europe (Spain)"],
  ["eu-west-1", "Europe (Ireland)"],
  ["eu-west-2", "Europe (London)"],
  ["eu-west-3", "Europe (Paris)"],
  ["sa-east-1", "South America (Sao Paulo)"],
  ["us-east-1", "US East (N. Virginia)"],
  ["us-east-2", "US East (Ohio)"],
  ["us-gov-west-1", "AWS GovCloud (US-West)"],
  ["us-west-2", "US West (Oregon)"],
]);
