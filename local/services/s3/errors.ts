import { Fault, type ServiceErrors } from "../../service.ts";
import { validationText } from "../validation-text.ts";

export const noSuchBucket = (name: string): Fault =>
  new Fault("NoSuchBucket", 404, "The specified bucket does not exist", { BucketName: name });

export const noSuchKey = (key: string): Fault =>
  new Fault("NoSuchKey", 404, "The specified key does not exist.", { Key: key });

export const accessDenied = (): Fault => new Fault("AccessDenied", 403, "Access Denied");

export const preconditionFailed = (condition: string): Fault =>
  new Fault("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold", {
    Condition: condition,
  });

export const invalidArgument = (name: string, value: string, message: string): Fault =>
  new Fault("InvalidArgument", 400, message, { ArgumentName: name, ArgumentValue: value });

export const notImplemented = (what: string): Fault =>
  new Fault("NotImplemented", 501, `A header you provided implies functionality that is not implemented: ${what}`);

export const badDigest = (algorithm: string): Fault =>
  new Fault("BadDigest", 400, `The ${algorithm} you specified did not match the calculated checksum.`);

export const s3Errors: ServiceErrors = {
  invalid: (problems) => new Fault("InvalidArgument", 400, validationText(problems)),
  throttled: () => new Fault("SlowDown", 503, "Please reduce your request rate."),
};
