import { boolean, integer, list, map, oneOf, type Shape, string, structure } from "../../validate.ts";

/** Shapes that several AgentCore operations share, from the published models of 2026-08. */
const interpreterIdPattern = /(aws\.codeinterpreter\.v1|[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10})/;

export const interpreterName = string({ pattern: /[a-zA-Z][a-zA-Z0-9_]{0,47}/ });
export const controlInterpreterId = string({ pattern: interpreterIdPattern });
/** The data plane's model puts no pattern on the interpreter's identifier. */
export const dataInterpreterId = string();
export const sessionIdShape = string({ pattern: /[0-9a-zA-Z]{1,40}/ });
export const sessionStatus = oneOf("READY", "TERMINATED");
export const maxResults = integer({ min: 1, max: 100 });
export const nextToken = string({ min: 1, max: 2048, pattern: /\S*/ });
export const clientToken = string({ min: 33, max: 256, pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,256}/ });
export const traceText = string({ min: 0, max: 1024 });

const secretArn = string({
  pattern: /arn:aws(-[a-z-]+)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[a-zA-Z0-9/_+=.@-]+/,
});
export const certificates = list(structure({ location: structure({}, { secretsManager: structure({ secretArn }) }) }), {
  min: 1,
  max: 200,
});

const mountPath = string({ min: 6, max: 200, pattern: /\/mnt\/[a-zA-Z0-9._-]+\/?/ });
const mounted = (accessPointArn: Shape, fileSystemArn: Shape): Shape =>
  structure({ accessPointArn, mountPath, fileSystemArn });

export const filesystemConfigurations = list(
  structure(
    {},
    {
      s3FilesConfiguration: mounted(
        string({
          max: 256,
          pattern:
            /arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system\/fs-[0-9a-f]{17,40}\/access-point\/fsap-[0-9a-f]{17,40}/,
        }),
        string({ max: 256, pattern: /arn:aws[-a-z]*:s3files:[a-z0-9-]+:[0-9]{12}:file-system\/fs-[0-9a-f]{17,40}/ }),
      ),
      efsConfiguration: mounted(
        string({ max: 128, pattern: /arn:aws[-a-z]*:elasticfilesystem:[0-9a-z-:]+:access-point\/fsap-[0-9a-f]{8,40}/ }),
        string({
          max: 256,
          pattern: /arn:aws[-a-z]*:elasticfilesystem:[a-z0-9-]+:[0-9]{12}:file-system\/fs-[0-9a-f]{8,40}/,
        }),
      ),
    },
  ),
  { max: 10 },
);

export const networkConfiguration = structure(
  { networkMode: oneOf("PUBLIC", "SANDBOX", "VPC") },
  {
    vpcConfig: structure(
      {
        securityGroups: list(string({ pattern: /sg-[0-9a-zA-Z]{8,17}/ }), { min: 1, max: 16 }),
        subnets: list(string({ pattern: /subnet-[0-9a-zA-Z]{8,17}/ }), { min: 1, max: 16 }),
      },
      { requireServiceS3Endpoint: boolean },
    ),
  },
);

const tagText = /[a-zA-Z0-9\s._:/=+@-]*/;
export const tags = map(string({ min: 1, max: 128, pattern: tagText }), string({ max: 256, pattern: tagText }), {
  max: 50,
});
