import { newBucket } from "../../fleet/planned-buckets.ts";
import { Fault, type ObjectOperation, type Reply, type Request, type ServiceDefinition } from "../../service.ts";
import { anything, integer, oneOf, string, structure } from "../../validate.ts";
import { bucketNamed } from "./bucket-named.ts";
import { s3Errors } from "./errors.ts";
import { listObjects } from "./list-objects.ts";
import { deleteObject, getObject, putObject } from "./objects.ts";

/** The rules of new names; what is not allowed in one cannot exist. */
const Bucket = string({ min: 3, max: 63, pattern: /[a-z0-9][a-z0-9.-]+[a-z0-9]/ });
const Key = string({ min: 1, max: 1024 });
const text = string();

/** S3 gives 3500 writes and 5500 reads a second to each prefix; here to each bucket's account and Region. */
const writes = (): number => 3500;
const reads = (): number => 5500;

const read = {
  on: "object",
  status: 200,
  headers: { Range: "Range", IfMatch: "If-Match", IfNoneMatch: "If-None-Match", ChecksumMode: "x-amz-checksum-mode" },
  input: structure({ Bucket, Key }, { Range: text, IfMatch: text, IfNoneMatch: text, ChecksumMode: oneOf("ENABLED") }),
  handle: getObject,
  ratePerSecond: reads,
  isBeyondPlace: true,
} as const;

const operations: Readonly<Record<string, ObjectOperation>> = {
  PutObject: {
    method: "PUT",
    on: "object",
    status: 200,
    headers: { IfMatch: "If-Match", IfNoneMatch: "If-None-Match" },
    body: "Body",
    input: structure({ Bucket, Key }, { IfMatch: text, IfNoneMatch: text, Body: anything }),
    handle: putObject,
    ratePerSecond: writes,
  },
  GetObject: { method: "GET", ...read },
  HeadObject: { method: "HEAD", ...read },
  DeleteObject: {
    method: "DELETE",
    on: "object",
    status: 204,
    headers: { IfMatch: "If-Match" },
    input: structure({ Bucket, Key }, { IfMatch: text }),
    handle: deleteObject,
    ratePerSecond: writes,
  },
  ListObjectsV2: {
    method: "GET",
    on: "bucket",
    marker: ["list-type", "2"],
    query: {
      Prefix: "prefix",
      Delimiter: "delimiter",
      EncodingType: "encoding-type",
      StartAfter: "start-after",
      MaxKeys: "max-keys",
      ContinuationToken: "continuation-token",
    },
    status: 200,
    input: structure(
      { Bucket },
      {
        Prefix: text,
        Delimiter: text,
        EncodingType: oneOf("url"),
        StartAfter: text,
        MaxKeys: integer({ min: 0 }),
        ContinuationToken: text,
      },
    ),
    handle: listObjects,
    ratePerSecond: reads,
    isBeyondPlace: true,
  },
  CreateBucket: {
    method: "PUT",
    on: "bucket",
    status: 200,
    input: structure({ Bucket }),
    handle: createBucket,
    ratePerSecond: () => 100,
  },
  HeadBucket: {
    method: "HEAD",
    on: "bucket",
    status: 200,
    input: structure({ Bucket }),
    handle: (request) => ({ body: {}, headers: { "x-amz-bucket-region": bucketNamed(request).region } }),
    ratePerSecond: reads,
    isBeyondPlace: true,
  },
};

/** The object store. */
export const s3: ServiceDefinition = {
  protocol: "rest-xml",
  name: "s3",
  signingName: "s3",
  errors: s3Errors,
  operations,
};

/** A bucket of one's own is created again without harm in us-east-1, and refused elsewhere. */
function createBucket({ world, place, now, input }: Request): Reply {
  const name = String(input["Bucket"]);
  const known = world.buckets.get(name);
  if (known !== undefined && known.account !== place.account) {
    throw new Fault("BucketAlreadyExists", 409, "The requested bucket name is not available.", { BucketName: name });
  }
  if (known !== undefined && place.region !== "us-east-1") {
    throw new Fault("BucketAlreadyOwnedByYou", 409, "Your previous request to create the named bucket succeeded.");
  }
  if (known === undefined) world.buckets.set(name, newBucket(name, place, now));
  return { body: {}, headers: { location: `/${name}` } };
}
