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

/**
 * What closed sessions cost: one Parquet file for each day, account and Region. Only this account reads it, over TLS. It has
 * no versions: each file is rewritten as a whole while its day is settled, and history keeps what it replaces itself.
 */
export function createHistory() {
  const history = new sst.aws.Bucket("History", {
    cors: false,
    enforceHttps: true,
    transform: {
      bucket: (bucket) => {
        // A bucket with files in it goes with a stage that was for trying out, and with no other.
        bucket.forceDestroy = $app.stage !== "production";
      },
    },
  });
  // S3 does so by itself; here nobody can turn it off unnoticed.
  new aws.s3.BucketServerSideEncryptionConfiguration("HistoryEncryption", {
    bucket: history.name,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  return history;
}
