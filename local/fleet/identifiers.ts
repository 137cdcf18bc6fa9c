import { hash } from "./random.ts";
import { partitionOf } from "./regions.ts";

export const systemInterpreterId = "aws.codeinterpreter.v1";

export function interpreterArn(account: string, region: string, id: string): string {
  return id === systemInterpreterId
    ? `arn:${partitionOf(region)}:bedrock-agentcore:${region}:aws:code-interpreter/${id}`
    : `arn:${partitionOf(region)}:bedrock-agentcore:${region}:${account}:code-interpreter-custom/${id}`;
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** AWS's shape for custom interpreters: the name, a hyphen and ten letters or digits. */
export const customInterpreterId = (name: string, seed: number): string => `${name}-${letters(alphanumeric, 10, seed)}`;

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Like the ids of real sessions: a ULID, whose first ten characters tell the time of its making. */
export function sessionIdOf(createdAt: number, seed: number): string {
  let time = "";
  let rest = createdAt;
  for (let digit = 0; digit < 10; digit++) {
    time = (crockford[rest % 32] ?? "0") + time;
    rest = Math.floor(rest / 32);
  }
  return time + letters(crockford, 16, seed);
}

function letters(alphabet: string, count: number, seed: number): string {
  let text = "";
  for (let index = 0; index < count; index++) text += alphabet[hash(seed, index) % alphabet.length] ?? "";
  return text;
}
