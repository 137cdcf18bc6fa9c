import { partitionOf } from "../fleet/regions.ts";
import { Fault, type Reply, type Request, type ServiceDefinition } from "../service.ts";
import { structure } from "../validate.ts";
import { validationText } from "./validation-text.ts";

/** The user that every access key belongs to here. */
const USER = "local";

export const sts: ServiceDefinition = {
  protocol: "aws-query",
  name: "sts",
  signingName: "sts",
  apiVersion: "2011-06-15",
  xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  errors: {
    invalid: (problems) => new Fault("ValidationError", 400, validationText(problems)),
    throttled: () => new Fault("Throttling", 400, "Rate exceeded"),
  },
  operations: {
    // 600 requests/s per account and Region is the published default of STS.
    GetCallerIdentity: { input: structure({}), handle: getCallerIdentity, ratePerSecond: () => 600 },
  },
};

function getCallerIdentity({ place }: Request): Reply {
  return {
    body: {
      UserId: `AIDA${place.account}LOCAL`,
      Account: place.account,
      Arn: `arn:${partitionOf(place.region)}:iam::${place.account}:user/${USER}`,
    },
  };
}
