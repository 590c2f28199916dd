/** Bytes as lower-case hex digits after `0x`. Two equal byte strings are equal strings. */
export type Hex = `0x${string}`;

/** `value` as exactly `bytes` bytes, most significant first. Bits above them are dropped. */
export function hexOfInteger(value: bigint, bytes: number): Hex {
  return `0x${BigInt.asUintN(bytes * 8, value)
    .toString(16)
    .padStart(bytes * 2, "0")}`;
}

/** `parts` one after the other. */
export function joinHex(parts: readonly Hex[]): Hex {
  return `0x${parts.map((part) => part.slice(2)).join("")}`;
}

/** Bytes `from` to `to` (exclusive). */
export function sliceHex(hex: Hex, from: number, to?: number): Hex {
  return `0x${hex.slice(2 + from * 2, to === undefined ? undefined : 2 + to * 2)}`;
}

export function lengthOfHex(hex: Hex): number {
  return (hex.length - 2) / 2;
}
