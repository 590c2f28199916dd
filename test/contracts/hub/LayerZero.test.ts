import { expect } from "chai";
import { concat, Contract, isError, parseEther, Signature, TypedDataEncoder, Wallet, zeroPadValue } from "ethers";

import { LAYERZERO_ARTIFACTS as ARTIFACTS } from "../../../localnet/layerzero/artifacts.ts";
import { DIRECTIVE_TYPES } from "../../support/directive-types.ts";
import { MESH_ID, OPERATOR_KEYS } from "../../support/in-process-hub.ts";
import {
  commit,
  endpointEvents,
  execute,
  readPackets,
  receive,
  verifyAndCommit,
  verifyBy,
} from "../../support/layerzero-delivery.ts";
import { deployCompiled, send, type MeshChain } from "../../support/layerzero-mesh.ts";
import { AT, MARKET, rungsOf, tripAndBroadcast, usePair } from "./use-pair.ts";

/** Rungs as the hub packs them. */
const HALT = 0x34;
const CAUTION = 0x10;
const REDUCE_ONLY_M2 = 0x22;
const SKEW_SECONDS = 300;

const DOMAIN = { name: "Cordon", version: "1", salt: MESH_ID };

describe("IncidentHub on LayerZero's real contracts", () => {
  const operators = OPERATOR_KEYS.map((key) => new Wallet(key)).toSorted((a, b) =>
    BigInt(a.address) < BigInt(b.address) ? -1 : 1,
  );
  let home: MeshChain;
  let away: MeshChain;

  usePair(
    operators.map(({ address }) => address),
    (...pair) => {
      [home, away] = pair;
    },
  );

  describe("when one chain trips", () => {
    it("tightens the other as soon as two DVNs and an executor have done their part", async () => {
      const packet = await tripAndBroadcast(home, HALT);
      expect(await rungsOf(away)).to.equal(0);

      await verifyAndCommit(away, packet);
      const receipt = await execute(away, packet);

      expect(endpointEvents(receipt, "PacketDelivered")).to.have.lengthOf(1);
      expect(await rungsOf(away)).to.equal(HALT);
      expect(await digestOf(away)).to.equal(await digestOf(home));
    });

    it("says what it heard and merged", async () => {
      const packet = await tripAndBroadcast(home, HALT);
      await verifyAndCommit(away, packet);

      const receipt = await execute(away, packet);

      const events = receipt.logs.map((log) => away.hub.interface.parseLog(log)).filter((event) => event !== null);
      expect(events.map(({ name }) => name)).to.deep.equal(["Heard", "Merged"]);
      expect(events[0]!.args["srcEid"]).to.equal(BigInt(home.eid));
      expect(events[1]!.args["meshWord"]).to.equal(await home.hub.getFunction("meshWord")(MARKET));
    });

    it("pays exactly what was quoted, and keeps the rest", async () => {
      await send(home.hub, "assertRungs", [MARKET, HALT]);
      const fees: readonly bigint[] = await home.hub.getFunction("quoteFees").staticCall();
      const quoted = fees.reduce((sum, fee) => sum + fee, 0n);
      const before = await home.provider.getBalance(home.hub);

      await send(home.hub, "broadcast", []);

      expect(quoted).to.be.greaterThan(0n);
      expect(before - (await home.provider.getBalance(home.hub))).to.equal(quoted);
    });
  });

  describe("when a DVN has not verified", () => {
    it("is not moved by the other alone", async () => {
      const packet = await tripAndBroadcast(home, HALT);
      await verifyBy(0, away, packet);

      const library = new Contract(away.layerzero.receiveUln, ARTIFACTS.ReceiveUln302.abi, away.wallet("user"));
      const committing = library.getFunction("commitVerification").staticCall(packet.header, packet.payloadHash);

      expect(await revertOf(committing, library)).to.equal("LZ_ULN_Verifying");
      await verifyBy(1, away, packet);
      await commit(away, packet);
    });
  });

  describe("when the executor gives too little gas", () => {
    it("survives as an alert and is delivered later by anybody", async () => {
      const packet = await tripAndBroadcast(home, HALT);
      await verifyAndCommit(away, packet);

      const starved = await execute(away, packet, 30_000n);

      expect(starved.status).to.equal(1);
      expect(endpointEvents(starved, "LzReceiveAlert")).to.have.lengthOf(1);
      expect(await rungsOf(away)).to.equal(0);

      const receipt = await receive(away, packet);

      expect(endpointEvents(receipt, "PacketDelivered")).to.have.lengthOf(1);
      expect(await rungsOf(away)).to.equal(HALT);
    });
  });

  describe("when packets arrive twice or in another order", () => {
    it("takes none a second time", async () => {
      const packet = await tripAndBroadcast(home, HALT);
      await verifyAndCommit(away, packet);
      await execute(away, packet);
      const endpoint = new Contract(away.layerzero.endpoint, ARTIFACTS.EndpointV2.abi, away.wallet("user"));

      const origin = { srcEid: packet.srcEid, sender: packet.sender, nonce: packet.nonce };
      const again = endpoint
        .getFunction("lzReceive")
        .staticCall(origin, packet.receiver, packet.guid, packet.message, "0x");

      expect(await revertOf(again, endpoint)).to.equal("LZ_PayloadHashNotFound");
    });

    it("ends in the same words when the later is executed first", async () => {
      const first = await tripAndBroadcast(home, CAUTION);
      const second = await tripAndBroadcast(home, HALT);
      for (const packet of [first, second]) await verifyAndCommit(away, packet);

      await execute(away, second);
      const digest = await digestOf(away);
      await execute(away, first);

      expect(digest).to.equal(await digestOf(home));
      expect(await digestOf(away)).to.equal(digest);
      expect(await rungsOf(away)).to.equal(HALT);
    });
  });

  describe("when somebody else than the peer sends", () => {
    it("is never even committed", async () => {
      const sender = await deployCompiled(home.wallet("user"), "SendFloor", [home.layerzero.endpoint]);
      await (
        await home.wallet("user").sendTransaction({ to: await sender.getAddress(), value: parseEther("1") })
      ).wait();
      const real = await tripAndBroadcast(home, HALT);
      const options = `0x00030100110100000000000000000000000000030d40`;
      const to = zeroPadValue(await away.hub.getAddress(), 32);
      const [forged] = readPackets(await send(sender, "send", [[away.eid], to, real.message, options]));
      await verifyBy(0, away, forged!);
      await verifyBy(1, away, forged!);

      const library = new Contract(away.layerzero.receiveUln, ARTIFACTS.ReceiveUln302.abi, away.wallet("user"));
      const endpoint = new Contract(away.layerzero.endpoint, ARTIFACTS.EndpointV2.abi);
      const committing = library.getFunction("commitVerification").staticCall(forged!.header, forged!.payloadHash);

      expect(await revertOf(committing, endpoint)).to.equal("LZ_PathNotInitializable");
    });
  });

  describe("when the hub cannot pay", () => {
    it("tightens all the same, and sends once it can", async () => {
      const funds = await home.provider.getBalance(home.hub);
      await send(home.hub, "withdraw", [home.wallet("deployer").address, funds]);

      await send(home.hub, "assertRungs", [MARKET, HALT]);
      const refused = await send(home.hub, "broadcast", []);

      expect(await rungsOf(home)).to.equal(HALT);
      const event = refused.logs
        .map((log) => home.hub.interface.parseLog(log))
        .find((parsed) => parsed?.name === "SendFailed");
      const endpoint = new Contract(home.layerzero.endpoint, ARTIFACTS.EndpointV2.abi);
      expect(event?.args["selector"]).to.equal(endpoint.interface.getError("LZ_InsufficientFee")?.selector);

      const deployer = home.wallet("deployer");
      await (await deployer.sendTransaction({ to: await home.hub.getAddress(), value: funds })).wait();
      expect(readPackets(await send(home.hub, "broadcast", []))).to.have.lengthOf(1);
    });
  });

  describe("when a message costs the peer most", () => {
    it("is delivered with the gas that was bought", async () => {
      const limits = { peerCeiling: CAUTION | 2, soloCeiling: REDUCE_ONLY_M2, quorumCeiling: HALT, quorum: 2 };
      await send(away.hub, "setLimits", [limits]);
      for (const { hub, wallet } of [home, away]) {
        for (let mirror = 0; mirror < 4; mirror += 1) {
          const burner = await deployCompiled(wallet("deployer"), "GasBurningMirror");
          await send(hub, "setMirror", [await burner.getAddress(), true]);
        }
      }
      // Some lanes lie above the peer's ceiling and some ahead of its clock; the rest changes words and posture.
      for (const market of [0, MARKET]) await send(home.hub, "assertRungs", [market, HALT]);
      home.provider.setNextBlockTime(AT + SKEW_SECONDS + 200);
      for (const market of [0, MARKET]) await send(home.hub, "assertRungs", [market, CAUTION]);
      const [packet] = readPackets(await send(home.hub, "broadcast", []));
      await verifyAndCommit(away, packet!);

      const receipt = await execute(away, packet!);

      const events = receipt.logs
        .map((log) => away.hub.interface.parseLog(log)?.name)
        .filter((name) => name !== undefined);
      const perEntry = ["LanesRefused", "LanesRefused", "Merged"];
      // It is the first heartbeat, and its limits are not those of the sender.
      const heard = ["Heard", "ConfigDiffers"];
      expect(events).to.deep.equal([...heard, ...perEntry, ...perEntry, ...Array<string>(4).fill("MirrorFailed")]);
      expect(await rungsOf(away)).to.equal(0x02);
    });
  });

  describe("when operators sign a directive", () => {
    const lanes = [0, AT, AT, AT, AT, AT, 0, 0].map((stamp) => stamp.toString(16).padStart(8, "0"));
    const directive = {
      decision: `0x${"d1".repeat(32)}`,
      deadline: AT + 900,
      entries: `0x${MARKET.toString(16).padStart(2, "0")}${lanes.join("")}`,
    };

    it("hashes it as every EIP-712 wallet does", async () => {
      const digest: string = await home.hub.getFunction("directiveDigest")(directive);

      expect(digest).to.equal(TypedDataEncoder.hash(DOMAIN, DIRECTIVE_TYPES, directive));
    });

    it("takes one and the same signature on chains with different ids", async () => {
      const signature = await operators[0]!.signTypedData(DOMAIN, DIRECTIVE_TYPES, directive);

      for (const { hub } of [home, away]) await send(hub, "submit", [directive, signature]);

      const chainIds = await Promise.all([home, away].map(({ provider }) => provider.send("eth_chainId", [])));
      expect(chainIds[0]).not.to.equal(chainIds[1]);
      expect(await rungsOf(home)).to.equal(REDUCE_ONLY_M2);
      expect(await rungsOf(away)).to.equal(REDUCE_ONLY_M2);
    });

    it("takes one quorum's signatures on both, and ends in equal words", async () => {
      const quorum = operators
        .slice(0, 2)
        .map((operator) => operator.signTypedData(DOMAIN, DIRECTIVE_TYPES, directive));
      const signatures = concat(await Promise.all(quorum));

      for (const { hub } of [home, away]) await send(hub, "submit", [directive, signatures]);

      expect(await rungsOf(home)).to.equal(0x32);
      expect(await digestOf(home)).to.equal(await digestOf(away));
    });

    it("refuses the other signature that the same key and digest have", async () => {
      const { r, s, v } = Signature.from(await operators[0]!.signTypedData(DOMAIN, DIRECTIVE_TYPES, directive));
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const highS = (order - BigInt(s)).toString(16).padStart(64, "0");
      const malleated = concat([r, `0x${highS}`, v === 27 ? "0x1c" : "0x1b"]);

      // A call is made at the time of the head.
      await send(home.hub, "pushMirrors", []);
      const submitting = home.hub.getFunction("submit").staticCall(directive, malleated);

      expect(await revertOf(submitting, home.hub)).to.equal("IncidentHub_NotOperator");
    });
  });
});

async function digestOf({ hub }: MeshChain): Promise<string> {
  return String(await hub.getFunction("meshDigest")());
}

/** Name of the error that a call ends in. */
async function revertOf(calling: Promise<unknown>, { interface: abi }: Contract): Promise<string | undefined> {
  try {
    await calling;
    return undefined;
  } catch (error) {
    if (!isError(error, "CALL_EXCEPTION") || error.data === null) throw error;
    return abi.parseError(error.data)?.name;
  }
}
