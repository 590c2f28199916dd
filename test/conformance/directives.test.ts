import { expect } from "chai";
import { computeAddress } from "ethers";
import fc from "fast-check";

import { createDirectiveSigner, directiveDigest } from "../../relayer/adapters/evm/directive-signer.ts";
import type { EvmChain } from "../../relayer/adapters/evm/evm-chain.ts";
import { submitGasLimit } from "../../relayer/adapters/evm/gas-limit.ts";
import { hubInterface } from "../../relayer/adapters/evm/hub-abi.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import type { Directive } from "../../relayer/domain/incident/directive.ts";
import { packEntries } from "../../relayer/domain/incident/payload.ts";
import { stampRungs } from "../../relayer/domain/incident/word.ts";
import { aWord, HALTED_M4 } from "../support/builders.ts";
import { openInProcessChain } from "../support/in-process-chain.ts";
import { call, deployInProcessHub, type InProcessHub, MESH_ID, OPERATOR_KEYS } from "../support/in-process-hub.ts";

const FULL_LIMITS = { peerCeiling: HALTED_M4, soloCeiling: 0x22, quorumCeiling: HALTED_M4, quorum: 2 };
const never = new AbortController().signal;

/** What the signer and the submitter assume of the hub, held against the hub. */
describe("directives on the real hub", function () {
  this.timeout(60_000);

  const signer = createDirectiveSigner(MESH_ID, OPERATOR_KEYS);
  let hubs: readonly InProcessHub[];
  let chains: readonly EvmChain[];

  before(async () => {
    const { operators } = signer;
    hubs = await Promise.all((["chain0", "chain1"] as const).map((chain) => deployInProcessHub({ chain, operators })));
    chains = await Promise.all(hubs.map((hub) => openInProcessChain(hub)));
  });
  after(async () => {
    await Promise.all(chains.map((chain) => chain.close()));
    await Promise.all(hubs.map((hub) => hub.close()));
  });

  it("have the digest that the hub computes, whatever they say", async () => {
    const hex = (bytes: number) =>
      fc.bigInt(0n, 2n ** BigInt(8 * bytes) - 1n).map((value) => hexOfInteger(value, bytes));
    const directive = fc.record({
      decision: hex(32),
      deadline: fc.integer({ min: 0, max: 0xffff_ffff }),
      entries: fc
        .integer({ min: 0, max: 32 })
        .chain((count) => (count === 0 ? fc.constant<Hex>("0x") : hex(33 * count))),
    });

    await fc.assert(
      fc.asyncProperty(directive, async (of) => {
        const onChain = (await hubs[0]?.hub.getFunction("directiveDigest")(asTuple(of))) as string;
        expect(directiveDigest(MESH_ID, of)).to.equal(onChain);
      }),
      { numRuns: 40 },
    );
  });

  it("are signed once and accepted on every chain of the mesh, with a quorum's ceiling", async () => {
    const { latest } = await firstOf(chains).heads(never);
    const signed = await signer.sign(haltAt(latest.timestamp));

    const outcomes = await Promise.all(
      chains.map(async (chain) => {
        await chain.heads(never);
        const { txHash } = await chain.submit(signed, never);
        const receipt = await chain.receipt(txHash, never);
        const events = await chain.hubEvents({ from: receipt?.blockNumber ?? 0, to: receipt?.blockNumber ?? 0 }, never);
        return events.map(({ event }) => ("path" in event ? `${event.kind} ${event.path}` : event.kind));
      }),
    );

    expect(new Set(hubs.map(({ chainId }) => chainId)).size).to.equal(2);
    expect(outcomes).to.deep.equal(chains.map(() => ["directive-accepted", "merged quorum"]));
    const words = await Promise.all(hubs.map(({ hub }) => hub.getFunction("meshDigest")() as Promise<string>));
    expect(words[0]).to.equal(words[1]);
  });

  it("are refused by a hub of another mesh", async () => {
    const stranger = createDirectiveSigner(`0x${"11".repeat(32)}`, OPERATOR_KEYS);
    const { latest } = await firstOf(chains).heads(never);

    const signed = await stranger.sign(haltAt(latest.timestamp));

    const data = hubInterface.encodeFunctionData("submit", [
      asTuple(signed.directive),
      `0x${signed.signatures.map(({ signature }) => signature.slice(2)).join("")}`,
    ]);
    const refusal = await hubs[0]
      ?.request("eth_call", [{ to: hubs[0]?.address, data }])
      .catch((error: Error) => error.message);
    expect(refusal).to.contain("IncidentHub_NotOperator");
  });

  it("are signed in ascending order of address", () => {
    expect(signer.operators).to.deep.equal(signer.operators.toSorted());
    expect(signer.operators).to.have.members(OPERATOR_KEYS.map((key) => computeAddress(key).toLowerCase()));
  });

  describe("gas limit", () => {
    /** Every market, each with a lane that passes, one above the ceiling and one ahead of time; mirrors that burn all. */
    it("covers the dearest directive, and little beyond", async () => {
      const host = firstOf(hubs);
      for (let market = 3; market < 32; market++) await call(host.hub, "registerMarket", [market]);
      const mirrors = [1n, 2n, 3n, 4n].map((n) => hexOfInteger(0xbad0n + n, 20));
      for (const mirror of mirrors) {
        // INVALID takes all the gas that it is given.
        await host.request("hardhat_setCode", [mirror, "0xfe"]);
        await call(host.hub, "setMirror", [mirror, true]);
      }
      const { latest } = await firstOf(chains).heads(never);
      const dearest = Array.from({ length: 32 }, (_, market) => ({
        market,
        word: aWord({ caution: latest.timestamp, halted: latest.timestamp, m1: 0xffff_ffff }),
      }));
      await call(host.hub, "setLimits", [{ ...FULL_LIMITS, quorumCeiling: 0x11 }]);
      const signed = await signer.sign({ ...haltAt(latest.timestamp), entries: packEntries(dearest) });

      const { txHash } = await firstOf(chains).submit(signed, never);

      const receipt = (await host.request("eth_getTransactionReceipt", [txHash])) as RawReceipt;
      const limit = submitGasLimit(32, 3);
      expect([receipt.status, receipt.logs.length]).to.deep.equal(["0x1", 1 + 3 * 32 + 4]);
      expect(Number(receipt.gasUsed) / limit).to.be.within(0.5, 0.9);
    });

    it("covers one entry with one signature", async () => {
      const chain = chains[1];
      const { latest } = await firstOf([chain]).heads(never);
      const solo = createDirectiveSigner(MESH_ID, OPERATOR_KEYS.slice(0, 1));
      const entries = packEntries([{ market: 2, word: stampRungs(HALTED_M4, latest.timestamp) }]);

      const { txHash } = await firstOf([chain]).submit(
        await solo.sign({ ...haltAt(latest.timestamp), entries }),
        never,
      );

      expect((await chain?.receipt(txHash, never))?.status).to.equal("success");
    });
  });
});

interface RawReceipt {
  readonly status: string;
  readonly gasUsed: string;
  readonly logs: readonly unknown[];
}

function haltAt(timestamp: number): Directive {
  const entries = packEntries([{ market: 1, word: stampRungs(HALTED_M4, timestamp) }]);
  return { decision: `0x${"dd".repeat(32)}`, deadline: timestamp + 600, entries };
}

function asTuple({ decision, deadline, entries }: Directive): readonly unknown[] {
  return [decision, deadline, entries];
}

function firstOf<T>([first]: readonly (T | undefined)[]): T {
  if (first === undefined) throw new TypeError("there is none");
  return first;
}
