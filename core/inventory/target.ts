import type { AccountId, Region } from "../kernel/ids.ts";

/** One account in one Region: the unit that is read, metered, decided on and reported, and that fails alone. */
export interface Target {
  readonly account: AccountId;
  readonly region: Region;
}

/** `111122223333/us-east-1`: the key of a target in state and in messages. */
export const targetKey = (target: Target): string => `${target.account}/${target.region}`;
