/** What one GB of the price list is. AWS does not say; 2^30 is what measured figures agree with, so it is a setting. */
export type GbUnit = "binary" | "decimal";

interface Gigabyte {
  readonly bytes: number;
  /** The least memory that a sandbox is charged for: 128 MB. */
  readonly floorBytes: number;
}

const gigabytes: Readonly<Record<GbUnit, Gigabyte>> = {
  binary: { bytes: 1_073_741_824, floorBytes: 134_217_728 },
  decimal: { bytes: 1_000_000_000, floorBytes: 128_000_000 },
};

export const gigabyteOf = (unit: GbUnit): Gigabyte => gigabytes[unit];

/** The unit that has so many bytes; null where none has. */
export const gbUnitOf = (bytes: number | null): GbUnit | null => {
  if (bytes === gigabytes.binary.bytes) return "binary";
  return bytes === gigabytes.decimal.bytes ? "decimal" : null;
};
