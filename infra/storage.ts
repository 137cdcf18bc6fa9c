/**
 * The one table of the monitor's state. Items are small and few (one per target and per open session), so it is billed
 * by request. Point-in-time recovery is on in every stage: it costs next to nothing at this size.
 */
export function createState() {
  return new sst.aws.Dynamo("State", {
    fields: { pk: "string", sk: "string" },
    primaryIndex: { hashKey: "pk", rangeKey: "sk" },
    ttl: "expiresAt",
    // `removal: "retain"` keeps the table when the stack goes; this refuses a deletion by hand as well.
    deletionProtection: $app.stage === "production",
  });
}
