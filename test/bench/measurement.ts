/** One figure, beside the least that it could be and what others pay for the same. */
export interface Measurement {
  readonly bench: string;
  readonly unit: "gas" | "ms" | "us" | "ns" | "tx";
  readonly value: number;
  /** Measured in the same run, or computed from what the chain charges. */
  readonly floor: number;
  /** Empty where nobody else does the same, or where they could not be fetched. */
  readonly peers: Readonly<Record<string, number>>;
  /** Why a peer is missing. */
  readonly note?: string;
}

/** Figures that are measured together because they share a set-up. */
export interface BenchGroup {
  readonly names: readonly string[];
  /** Measures at least those of `names` that are in `wanted`. */
  measure(wanted: ReadonlySet<string>): Promise<readonly Measurement[]>;
}
