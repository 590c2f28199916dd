import { expect } from "chai";
import { type BytesLike, Contract, isError, Wallet } from "ethers";

import { CONFIG_TYPE_ULN, encodeOappUlnConfig } from "../../../deployments/uln-config.ts";
import { LAYERZERO_ARTIFACTS as ARTIFACTS } from "../../../localnet/layerzero/artifacts.ts";
import type { Packet } from "../../../localnet/layerzero/workers/packet.ts";
import { OPERATOR_KEYS } from "../../support/in-process-hub.ts";
import { endpointEvents, receive, verifyAndCommit, verifyBy } from "../../support/layerzero-delivery.ts";
import { send, type MeshChain } from "../../support/layerzero-mesh.ts";
import { rungsOf, tripAndBroadcast, usePair } from "./use-pair.ts";

/** Rungs as the hub packs them. */
const CAUTION = 0x10;
const REDUCE_ONLY = 0x20;
const HALT = 0x34;
/** What the endpoint keeps in place of the payload hash of a nonce that was nilified. */
const NIL_HASH = `0x${"ff".repeat(32)}`;

/** What `docs/runbooks/stuck-channel.md` says, on LayerZero's real endpoint. */
describe("a stuck LayerZero channel", () => {
  let home: MeshChain;
  let away: MeshChain;

  usePair(
    OPERATOR_KEYS.map((key) => new Wallet(key).address),
    (...pair) => {
      [home, away] = pair;
    },
  );

  const endpointAs = (role: "deployer" | "user") =>
    new Contract(away.layerzero.endpoint, ARTIFACTS.EndpointV2.abi, away.wallet(role));

  /** What governance does at the endpoint of the receiving chain, as the delegate of the hub. */
  const govern = (method: string, args: readonly unknown[]) => send(endpointAs("deployer"), method, args);

  const channelOf = ({ srcEid, sender, nonce, receiver }: Packet) => [receiver, srcEid, sender, nonce] as const;

  const originOf = ({ srcEid, sender, nonce }: Packet) => ({ srcEid, sender, nonce });

  /** Name of the error in which executing `packet` ends. */
  const refusalOf = (packet: Packet) => {
    const { receiver, guid, message } = packet;
    const endpoint = endpointAs("user");
    return revertOf(endpoint, "lzReceive", [originOf(packet), receiver, guid, message, "0x"]);
  };

  const expectConverged = async () => {
    const [theirs, ours] = await Promise.all([home, away].map(({ hub }) => hub.getFunction("meshDigest")()));
    expect(ours).to.equal(theirs);
  };

  describe("when no DVN verifies a message", () => {
    it("holds up the later ones until governance skips its nonce, and then converges", async () => {
      const lost = await tripAndBroadcast(home, CAUTION);
      const later = await tripAndBroadcast(home, HALT);
      await verifyAndCommit(away, later);
      expect(await refusalOf(later)).to.equal("LZ_InvalidNonce");

      await govern("skip", channelOf(lost));
      await receive(away, later);

      expect(await rungsOf(away)).to.equal(HALT);
      await expectConverged();
    });

    it("takes nothing of the skipped message any more", async () => {
      const lost = await tripAndBroadcast(home, CAUTION);
      await govern("skip", channelOf(lost));
      await verifyBy(0, away, lost);
      await verifyBy(1, away, lost);

      const library = new Contract(away.layerzero.receiveUln, ARTIFACTS.ReceiveUln302.abi, away.wallet("user"));
      const refusal = await revertOf(
        library,
        "commitVerification",
        [lost.header, lost.payloadHash],
        endpointAs("user"),
      );

      expect(refusal).to.equal("LZ_PathNotVerifiable");
    });

    it("lets governance skip the next nonce only", async () => {
      await tripAndBroadcast(home, CAUTION);
      const later = await tripAndBroadcast(home, HALT);

      expect(await revertOf(endpointAs("deployer"), "skip", channelOf(later))).to.equal("LZ_InvalidNonce");
    });
  });

  describe("when a verified message is not to be trusted", () => {
    it("is nilified: it cannot be executed, holds up nothing, and may be verified again", async () => {
      const doubted = await tripAndBroadcast(home, CAUTION);
      const later = await tripAndBroadcast(home, REDUCE_ONLY);
      for (const packet of [doubted, later]) await verifyAndCommit(away, packet);

      await govern("nilify", [...channelOf(doubted), doubted.payloadHash]);

      expect(await refusalOf(doubted)).to.equal("LZ_PayloadHashNotFound");
      await receive(away, later);
      await expectConverged();
      await verifyAndCommit(away, doubted);
      expect(endpointEvents(await receive(away, doubted), "PacketDelivered")).to.have.lengthOf(1);
      await expectConverged();
    });

    it("is burnt once later ones were executed: it may never be verified again", async () => {
      const doubted = await tripAndBroadcast(home, CAUTION);
      const later = await tripAndBroadcast(home, HALT);
      for (const packet of [doubted, later]) await verifyAndCommit(away, packet);
      await govern("nilify", [...channelOf(doubted), doubted.payloadHash]);
      await receive(away, later);

      await govern("burn", [...channelOf(doubted), NIL_HASH]);

      await verifyBy(0, away, doubted);
      await verifyBy(1, away, doubted);
      const library = new Contract(away.layerzero.receiveUln, ARTIFACTS.ReceiveUln302.abi, away.wallet("user"));
      const args = [doubted.header, doubted.payloadHash];
      expect(await revertOf(library, "commitVerification", args, endpointAs("user"))).to.equal("LZ_PathNotVerifiable");
      await expectConverged();
    });
  });

  describe("when a verified message is to be dropped", () => {
    it("is cleared without being read, and the next broadcast holds what it held", async () => {
      const dropped = await tripAndBroadcast(home, CAUTION);
      await verifyAndCommit(away, dropped);

      const { receiver, guid, message } = dropped;
      const receipt = await govern("clear", [receiver, originOf(dropped), guid, message]);

      expect(endpointEvents(receipt, "PacketDelivered")).to.have.lengthOf(1);
      expect(await rungsOf(away)).to.equal(0);
      expect(await refusalOf(dropped)).to.equal("LZ_PayloadHashNotFound");
      const next = await tripAndBroadcast(home, HALT);
      await verifyAndCommit(away, next);
      await receive(away, next);
      expect(await rungsOf(away)).to.equal(HALT);
      await expectConverged();
    });
  });

  describe("when somebody else than governance tries", () => {
    it("is refused by the endpoint", async () => {
      const packet = await tripAndBroadcast(home, HALT);
      await verifyAndCommit(away, packet);
      const { receiver, guid, message, payloadHash } = packet;
      const attempts: [string, readonly unknown[]][] = [
        ["skip", channelOf(packet)],
        ["nilify", [...channelOf(packet), payloadHash]],
        ["burn", [...channelOf(packet), payloadHash]],
        ["clear", [receiver, originOf(packet), guid, message]],
      ];

      const refusals = await Promise.all(attempts.map(([name, args]) => revertOf(endpointAs("user"), name, args)));

      expect(refusals).to.deep.equal(attempts.map(() => "LZ_Unauthorized"));
    });
  });

  describe("when a pathway would need one DVN only", () => {
    it("is refused as a way to a peer, and shows in the check", async () => {
      const check = await away.hub.getFunction("pathwayCheck")();
      const reader = new Contract(
        check,
        ["function pathway(address oapp, uint32 eid) view returns (uint256, uint256)"],
        away.wallet("user"),
      );
      const pathway = async () => [...(await reader.getFunction("pathway")(await away.hub.getAddress(), home.eid))];
      expect(await pathway()).to.deep.equal([2n, 2n]);

      await govern("setConfig", [
        await away.hub.getAddress(),
        away.layerzero.receiveUln,
        [
          {
            eid: home.eid,
            configType: CONFIG_TYPE_ULN,
            config: encodeOappUlnConfig(away.layerzero.dvns.slice(0, 1), 1n),
          },
        ],
      ]);

      expect(await pathway()).to.deep.equal([2n, 1n]);
      const peer: string = await away.hub.getFunction("peers")(home.eid);
      const refusal = await revertOf(away.hub, "setPeer", [home.eid, peer]);
      expect(refusal).to.equal("IncidentHub_WeakPathway");
    });
  });
});

/** Name of the error that a call ends in, as `knows` knows it. */
async function revertOf(
  contract: Contract,
  method: string,
  args: readonly unknown[],
  knows: Contract = contract,
): Promise<string | undefined> {
  try {
    await contract.getFunction(method).staticCall(...args);
    return undefined;
  } catch (error) {
    if (!isError(error, "CALL_EXCEPTION") || error.data === null) throw error;
    const data: BytesLike = error.data;
    return knows.interface.parseError(data)?.name;
  }
}
