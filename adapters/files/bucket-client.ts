import type { S3Client } from "@aws-sdk/client-s3";
import type { Region } from "../../core/kernel/ids.ts";

/** Makes calls to one bucket, wherever it is: a bucket may be in another Region than what writes to it. */
export interface BucketClient {
  readonly bucket: string;
  readonly send: <T>(call: (client: S3Client) => Promise<T>) => Promise<T>;
}

/** Asks `region` first. S3 says where a bucket is to whoever asks elsewhere; that is asked from then on. */
export function bucketClient(
  clientOf: (region: string) => Promise<S3Client>,
  bucket: string,
  region: Region,
): BucketClient {
  let home: string = region;
  return {
    bucket,
    send: async (call) => {
      const asked = home;
      try {
        return await call(await clientOf(asked));
      } catch (error) {
        const said = homeSaidBy(error);
        if (said === null || said === asked) throw error;
        home = said;
        return await call(await clientOf(said));
      }
    },
  };
}

// 301 PermanentRedirect and 400 AuthorizationHeaderMalformed name the Region in a header, the latter in its body too.
function homeSaidBy(error: unknown): string | null {
  const { Region, $response } = (error ?? {}) as {
    readonly Region?: unknown;
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  const said = $response?.headers?.["x-amz-bucket-region"] ?? Region;
  return typeof said === "string" && /^[a-z0-9-]{5,30}$/.test(said) ? said : null;
}
