import { Fault } from "../service.ts";

/** What the Authorization header says. The signature itself cannot be checked, as no secret key is known here. */
export interface Signer {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  /** `X-Amz-Date`, in milliseconds since 1970. */
  readonly signedAt: number;
}

const algorithm = "AWS4-HMAC-SHA256";
const scopePattern = /^([A-Za-z0-9_]{1,128})\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/;

/** Reads the SigV4 headers as AWS does. Throws the fault that AWS answers for a structure it cannot accept. */
export function signerOf(headers: Readonly<Record<string, string>>): Signer {
  const authorization = headers["authorization"];
  if (authorization === undefined || authorization === "") {
    throw new Fault("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
  }
  if (!authorization.startsWith(`${algorithm} `)) {
    throw incomplete(`Unsupported AWS 'algorithm': '${authorization.split(" ")[0]?.slice(0, 40)}'.`);
  }
  const parts = partsOf(authorization.slice(algorithm.length + 1));
  const missing = ["Credential", "Signature", "SignedHeaders"].filter((name) => !parts.has(name));
  const date = headers["x-amz-date"];
  if (missing.length > 0 || date === undefined) {
    const wanted = missing.map((name) => `Authorization header requires '${name}' parameter.`);
    if (date === undefined)
      wanted.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    throw incomplete(wanted.join(" "));
  }
  const scope = scopePattern.exec(parts.get("Credential") ?? "");
  if (scope === null) {
    throw incomplete(
      "Credential must have at least 5 slash-delimited elements: access key, date, Region, service, aws4_request.",
    );
  }
  if (!/^[0-9a-f]{64}$/.test(parts.get("Signature") ?? ""))
    throw incomplete("Signature must be 64 hexadecimal digits.");
  const signed = (parts.get("SignedHeaders") ?? "").split(";");
  const unsigned = ["host", "x-amz-date"].filter((name) => !signed.includes(name));
  if (unsigned.length > 0) {
    throw new Fault(
      "InvalidSignatureException",
      403,
      `'${unsigned.join("' and '")}' must be a 'SignedHeader' in the AWS Authorization.`,
    );
  }
  const [, accessKeyId = "", day = "", region = "", service = ""] = scope;
  if (!date.startsWith(day)) {
    throw new Fault(
      "InvalidSignatureException",
      403,
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${date.slice(0, 8)}'.`,
    );
  }
  return { accessKeyId, region, service, signedAt: instantOf(date) };
}

function partsOf(text: string): Map<string, string> {
  const pairs = text.split(",").map((part) => {
    const [name = "", ...value] = part.trim().split("=");
    return [name, value.join("=")] as const;
  });
  return new Map(pairs);
}

function instantOf(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1).map(Number);
  const at = Date.UTC(year ?? Number.NaN, (month ?? 0) - 1, day, hour, minute, second);
  if (Number.isNaN(at)) throw incomplete("Date must be in ISO-8601 'basic format'.");
  return at;
}

const incomplete = (message: string): Fault => new Fault("IncompleteSignatureException", 403, message);
