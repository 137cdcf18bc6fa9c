import { Fault, type ObjectOperation } from "../service.ts";
import type { Shape } from "../validate.ts";
import type { HttpRequest } from "./http.ts";
import type { Protocol } from "./protocol.ts";
import { elements, escaped } from "./xml.ts";

/** S3's names for faults that have another one in the services with exceptions. */
const ownCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: "AccessDenied",
  InternalFailure: "InternalError",
  InternalServerException: "InternalError",
  ServiceUnavailableException: "ServiceUnavailable",
  ResourceNotFoundException: "NoSuchKey",
  InvalidSignatureException: "SignatureDoesNotMatch",
  IncompleteSignatureException: "AuthorizationHeaderMalformed",
  UnrecognizedClientException: "InvalidAccessKeyId",
};

/** The object store's protocol: bytes in and out, members in headers and query, XML for all else. */
export const restXml: Protocol = {
  route: (services, http) => {
    const { key } = addressOf(http);
    for (const service of services) {
      if (service.protocol !== "rest-xml") continue;
      for (const [name, operation] of Object.entries(service.operations)) {
        const isOn = operation.on === (key === "" ? "bucket" : "object");
        if (operation.method === http.method && isOn && isMarked(operation, http)) {
          return { service, name, operation, labels: {} };
        }
      }
    }
    throw new Fault(
      "NotImplemented",
      501,
      "A header or query you provided implies functionality that is not implemented.",
    );
  },
  read: (target, http) => {
    const operation = target.operation as ObjectOperation;
    refuseUnread(operation, http);
    const { bucket, key } = addressOf(http);
    return {
      Bucket: bucket,
      ...(key === "" ? {} : { Key: key }),
      ...found(operation, operation.query ?? {}, (name) => http.query.get(name)),
      ...found(operation, operation.headers ?? {}, (name) => http.headers[name.toLowerCase()] ?? null),
      ...(operation.body === undefined ? {} : { [operation.body]: { raw: http.body, headers: http.headers } }),
    };
  },
  writeReply: (target, reply, requestId) => {
    const status = reply.status ?? (target.operation as ObjectOperation).status;
    const headers = { "x-amz-request-id": requestId, ...reply.headers };
    if (reply.bytes !== undefined) return { status, headers, body: reply.bytes };
    const names = Object.keys(reply.body);
    if (names.length === 0) return { status, headers, body: "" };
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n${elements(reply.body)}`;
    return { status, headers: { "content-type": "application/xml", ...headers }, body };
  },
  writeFault: (fault, requestId, http) => {
    const code = ownCodes[fault.code] ?? fault.code;
    const extra = elements(fault.members);
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escaped(code)}</Code><Message>${escaped(fault.message)}</Message>${extra}<RequestId>${requestId}</RequestId><HostId>embedded</HostId></Error>`;
    const headers = { "x-amz-request-id": requestId, ...fault.headers };
    // The answer to HEAD, and 304, have no body, so no code either.
    if (http.method === "HEAD" || fault.status === 304) return { status: fault.status, headers, body: "" };
    return { status: fault.status, headers: { "content-type": "application/xml", ...headers }, body };
  },
};

/** Bucket and key: from the host name (`bucket.localhost`), or the first segment of the path. */
function addressOf(http: HttpRequest): { readonly bucket: string; readonly key: string } {
  const [, host] = /^(.+?)(?:\.s3(?:\.[a-z0-9-]+)?)?\.localhost(?::\d+)?$/i.exec(http.headers["host"] ?? "") ?? [];
  const path = decodedPath(http.path);
  if (host !== undefined) return { bucket: host, key: path.slice(1) };
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?([\s\S]*)$/.exec(path) ?? [];
  return { bucket, key };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) throw new Fault("InvalidURI", 400, "Couldn't parse the specified URI.");
    throw error;
  }
}

const isMarked = ({ marker }: ObjectOperation, http: HttpRequest): boolean =>
  marker === undefined || http.query.get(marker[0]) === marker[1];

/** Headers that say how a request travels, or that change nothing here. */
const passed =
  /^x-amz-(date|content-sha256|user-agent|security-token|decoded-content-length|trailer|sdk-checksum-algorithm|checksum-.+|meta-.+|expected-bucket-owner)$/;

/** What would change the meaning and is not understood is refused, as S3 does with what it does not implement. */
function refuseUnread(operation: ObjectOperation, http: HttpRequest): void {
  const headers = new Set(Object.values(operation.headers ?? {}).map((name) => name.toLowerCase()));
  const queries = new Set([...Object.values(operation.query ?? {}), operation.marker?.[0], "x-id"]);
  const unread = [
    ...Object.keys(http.headers).filter(
      (name) => name.startsWith("x-amz-") && !passed.test(name) && !headers.has(name),
    ),
    ...[...http.query.keys()].filter((name) => !queries.has(name)),
  ];
  if (unread.length === 0) return;
  throw new Fault("NotImplemented", 501, `The embedded AWS does not implement ${unread.join(", ")}.`);
}

function found(
  operation: ObjectOperation,
  places: Readonly<Record<string, string>>,
  read: (name: string) => string | null,
): Record<string, unknown> {
  const shape = operation.input;
  const shapeOf = (member: string): Shape | undefined =>
    shape.kind === "structure" ? shape.optional[member] : undefined;
  return Object.fromEntries(
    Object.entries(places).flatMap(([member, place]) => {
      const text = read(place);
      if (text === null) return [];
      const isNumber = shapeOf(member)?.kind === "integer" && /^-?\d+$/.test(text);
      return [[member, isNumber ? Number(text) : text] as const];
    }),
  );
}
