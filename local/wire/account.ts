import type { World } from "../world.ts";

/**
 * The account that an access key belongs to: a key of 12 digits is the account; a temporary key carries it
 * (`temporaryAccessKeyId`); any other key belongs to the world's first account.
 */
export function accountOf(accessKeyId: string, world: World): string {
  const match = /^(?:ASIA)?(\d{12})(?:[A-Z0-9]{4})?$/.exec(accessKeyId);
  return match?.[1] ?? world.firstAccount;
}

/** Temporary keys name their account, so that AssumeRole needs no table of the keys that it gave. */
export const temporaryAccessKeyId = (account: string, suffix: string): string => `ASIA${account}${suffix}`;
