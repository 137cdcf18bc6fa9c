import { deliverUsage } from "../../fleet/bucket-usage.ts";
import { deliverTrail } from "../../fleet/trail.ts";
import { Fault, type Request } from "../../service.ts";
import type { Bucket } from "../../world.ts";
import { accessDenied, noSuchBucket } from "./errors.ts";

/** The bucket, with all that AWS has delivered to it by now. Throws where it is not there, not the caller's, or elsewhere. */
export function bucketNamed({ world, place, now, input }: Request): Bucket {
  const name = String(input["Bucket"]);
  const bucket = world.buckets.get(name);
  if (bucket === undefined || bucket.createdAt > now) throw noSuchBucket(name);
  if (bucket.account !== place.account) throw accessDenied();
  if (bucket.region !== place.region) {
    throw new Fault(
      "AuthorizationHeaderMalformed",
      400,
      `The authorization header is malformed; the region '${place.region}' is wrong; expecting '${bucket.region}'`,
      { Region: bucket.region },
      { "x-amz-bucket-region": bucket.region },
    );
  }
  deliverUsage(world, bucket, now);
  deliverTrail(world, bucket, now);
  return bucket;
}
