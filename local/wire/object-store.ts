/** Whether a request is for the object store. Nothing but its signature tells: its path and body are its caller's own. */
export const isObjectStore = (headers: Readonly<Record<string, string | string[] | undefined>>): boolean =>
  /\/s3\/aws4_request/.test(String(headers["authorization"] ?? ""));
