import { type ToldProtection, type WrittenProtection, writtenProtection } from "../policy/told-protection.ts";

/** Who stopped a session by hand, and why, as the record of the stop has it. */
export interface RecordedOverride {
  readonly by: string;
  readonly reason: string;
  /** The protection that was in force and was overridden, of several the one that lasts longest; null where there was none. */
  readonly protection: ToldProtection | null;
}

export interface WrittenOverride extends Omit<RecordedOverride, "protection"> {
  readonly protection: WrittenProtection | null;
}

export const writtenOverride = (override: RecordedOverride | null): WrittenOverride | null =>
  override === null
    ? null
    : { ...override, protection: override.protection === null ? null : writtenProtection(override.protection) };
