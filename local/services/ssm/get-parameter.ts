import { Fault, type Reply, type Request } from "../../service.ts";
import type { Place } from "../../world.ts";
import { parameterNotFound, validationException } from "./errors.ts";
import { type ParameterVersion, parameterArn, parametersOf } from "./parameters.ts";

export function getParameter({ input, place }: Request): Reply {
  const { Name, WithDecryption = false } = input as { readonly Name: string; readonly WithDecryption?: boolean };
  const { name, selector } = addressOf(Name, place);
  const versions = parametersOf(place).get(name);
  if (versions === undefined) throw parameterNotFound();
  const found = selected(versions, selector);
  // Without decryption a secure text comes back as its cipher text. Here that is only something else than the value.
  const isSealed = found.type === "SecureString" && !WithDecryption;
  return {
    body: {
      Parameter: {
        Name: name,
        Type: found.type,
        Value: isSealed ? Buffer.from(`sealed:${found.version}:${found.value}`).toString("base64") : found.value,
        Version: found.version,
        ...(selector === null ? {} : { Selector: `:${selector}` }),
        LastModifiedDate: found.modifiedAt / 1000,
        ARN: parameterArn(place, name),
        DataType: found.dataType,
      },
    },
  };
}

/** `name`, `name:version`, or the same behind the parameter's ARN. */
function addressOf(text: string, place: Place): { readonly name: string; readonly selector: string | null } {
  const [, resource = text] = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(.*)$/.exec(text) ?? [];
  const [given = "", selector = null, ...rest] = resource.split(":");
  if (rest.length > 0 || selector === "") throw validationException(`Invalid parameter name: ${text}`);
  if (resource === text) return { name: given, selector };
  // Another account's parameter, or one of another Region, is not shared with anybody here.
  const name = [given, given.replace(/^\//, "")].find((each) => text.startsWith(parameterArn(place, each)));
  if (name === undefined) throw parameterNotFound();
  return { name: parametersOf(place).has(name) ? name : given.replace(/^\//, ""), selector };
}

function selected(versions: readonly ParameterVersion[], selector: string | null): ParameterVersion {
  const latest = versions.at(-1);
  const wanted = selector === null ? latest : versions.find((each) => String(each.version) === selector);
  if (wanted !== undefined) return wanted;
  // A selector may be a label too; nobody sets any here.
  throw new Fault("ParameterVersionNotFound", 400, `Systems Manager could not find version ${selector}.`);
}
