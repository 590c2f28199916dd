import { expect } from "chai";
import { Transaction } from "ethers";
import fc from "fast-check";

import { createAccountKey } from "../../../../relayer/adapters/evm/account-key.ts";
import { signTransaction, type UnsignedTransaction } from "../../../../relayer/adapters/evm/sign-transaction.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";

const key = createAccountKey(`0x${"b1".repeat(32)}`);
/** Each costs milliseconds. */
const RUNS = { numRuns: 100 };

/** Numbers of any length, small ones often: a length prefix changes at 0, 1, 128 and 256. */
const anyWei = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, (1n << 96n) - 1n));
const anyCount = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 40 }));
/** Lengths to either side of where RLP writes a longer prefix. */
const anyData = fc
  .oneof(
    { weight: 10, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    { weight: 10, arbitrary: fc.uint8Array({ minLength: 250, maxLength: 260 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 65_534, maxLength: 65_538 }) },
  )
  .map((bytes): Hex => `0x${Buffer.from(bytes).toString("hex")}`);
const anyTransaction = fc
  .record({
    chainId: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 })),
    nonce: anyCount,
    maxPriorityFeePerGas: anyWei,
    aboveTip: anyWei,
    gasLimit: anyCount,
    to: fc.bigInt(0n, (1n << 160n) - 1n).map((value) => hexOfInteger(value, 20)),
    value: anyWei,
    data: anyData,
  })
  // The library takes no tip above the whole fee.
  .map(({ aboveTip, ...fields }) => ({ ...fields, maxFeePerGas: fields.maxPriorityFeePerGas + aboveTip }));

/** The same by the library. */
function expectedOf(transaction: UnsignedTransaction): { raw: string; txHash: string | null } {
  const expected = Transaction.from({ type: 2, ...transaction });
  const { r, s, yParity } = key.sign(expected.unsignedHash as Hex);
  expected.signature = { r: `0x${r}`, s: `0x${s}`, yParity };
  return { raw: expected.serialized, txHash: expected.hash };
}

describe("signTransaction", () => {
  it("writes every transaction and its hash as ethers does, byte for byte", () => {
    fc.assert(
      fc.property(anyTransaction, (transaction) => {
        const { raw, txHash } = signTransaction(key, transaction);

        expect({ raw, txHash }).to.deep.equal(expectedOf(transaction));
      }),
      RUNS,
    );
  });

  for (const byte of [0, 1, 0x7f, 0x80, 0xff]) {
    it(`writes ${String(byte)}, which is or is not its own encoding, as ethers does`, () => {
      const data: Hex = `0x${byte.toString(16).padStart(2, "0")}`;
      const [wei, to] = [BigInt(byte), hexOfInteger(1n, 20)];
      const fees = { maxPriorityFeePerGas: wei, maxFeePerGas: wei, gasLimit: byte };
      const transaction = { chainId: 1, nonce: byte, ...fees, to, value: wei, data };
      const { raw, txHash } = signTransaction(key, transaction);

      expect({ raw, txHash }).to.deep.equal(expectedOf(transaction));
    });
  }

  it("is from the key's account", () => {
    fc.assert(
      fc.property(anyTransaction, (transaction) => {
        expect(Transaction.from(signTransaction(key, transaction).raw).from?.toLowerCase()).to.equal(key.address);
      }),
      { numRuns: 20 },
    );
  });

  it("takes an address and data in capitals as what they are", () => {
    const transaction = {
      ...{ chainId: 1, nonce: 0, maxPriorityFeePerGas: 1n, maxFeePerGas: 2n, gasLimit: 21_000, value: 0n },
      ...{ to: `0x${"ab".repeat(20)}`, data: "0xabcdef" },
    };
    const capitals = { ...transaction, to: `0x${"AB".repeat(20)}`, data: "0xABCDEF" };

    expect(signTransaction(key, capitals).raw).to.equal(signTransaction(key, transaction).raw);
  });

  it("strips the leading zeros of a signature's halves", () => {
    // Of 1,000 signatures about eight begin with a zero byte in one of the two.
    const stripped = Array.from({ length: 1_000 }, (_, nonce) => nonce).filter((nonce) => {
      const transaction = {
        ...{ chainId: 1, nonce, maxPriorityFeePerGas: 1n, maxFeePerGas: 2n, gasLimit: 21_000, value: 0n },
        ...{ to: hexOfInteger(1n, 20), data: "0x" },
      };
      const { raw } = signTransaction(key, transaction);
      const { signature } = Transaction.from(raw);
      if (![signature?.r, signature?.s].some((half) => half?.startsWith("0x00"))) return false;
      expect(raw).to.equal(expectedOf(transaction).raw);
      return true;
    });
    expect(stripped.length).to.be.above(0);
  });
});
