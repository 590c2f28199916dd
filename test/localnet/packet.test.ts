import { Options, PacketV1Codec } from "@layerzerolabs/lz-v2-utilities";
import { expect } from "chai";
import { concat, keccak256, randomBytes, toBeHex, zeroPadValue } from "ethers";
import fc from "fast-check";

import { decodeHeader, decodePacket, packetKey } from "../../localnet/layerzero/workers/packet.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (of: Uint8Array) => `0x${Buffer.from(of).toString("hex")}`;

const packets = fc.record({
  nonce: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  srcEid: fc.integer({ min: 0, max: 0xffff_ffff }),
  sender: bytes(32).map(hex),
  dstEid: fc.integer({ min: 0, max: 0xffff_ffff }),
  receiver: bytes(20).map(hex),
  guid: bytes(32).map(hex),
  message: fc.uint8Array({ maxLength: 300 }).map(hex),
});

const encode = (of: typeof packets extends fc.Arbitrary<infer Packet> ? Packet : never) =>
  concat([
    "0x01",
    toBeHex(of.nonce, 8),
    toBeHex(of.srcEid, 4),
    of.sender,
    toBeHex(of.dstEid, 4),
    zeroPadValue(of.receiver, 32),
    of.guid,
    of.message,
  ]);

describe("decodePacket", () => {
  it("reads back every field", () => {
    const property = fc.property(packets, (packet) => {
      expect(decodePacket(encode(packet), "0x")).to.deep.include(packet);
    });
    fc.assert(property);
  });

  it("agrees with LayerZero's own codec on header and payload hash", () => {
    const property = fc.property(packets, (packet) => {
      const theirs = PacketV1Codec.from(encode(packet));

      const ours = decodePacket(encode(packet), "0x");

      expect(ours.header).to.equal(theirs.header());
      expect(ours.payloadHash).to.equal(theirs.payloadHash());
      expect(ours.payloadHash).to.equal(keccak256(concat([packet.guid, packet.message])));
    });
    fc.assert(property);
  });

  describe("when it reads options", () => {
    it("finds the gas that LayerZero's builder put there", () => {
      const property = fc.property(fc.integer({ min: 1, max: 30_000_000 }), (gas) => {
        const options = Options.newOptions().addExecutorLzReceiveOption(gas, 0).toHex();

        expect(decodePacket(samplePacket(), options).gasLimit).to.equal(BigInt(gas));
      });
      fc.assert(property);
    });

    it("adds up several, and passes over what is for other purposes", () => {
      const options = Options.newOptions()
        .addExecutorLzReceiveOption(50_000, 0)
        .addExecutorNativeDropOption(1, zeroPadValue("0x01", 32))
        .addExecutorLzReceiveOption(70_000, 0)
        .toHex();

      expect(decodePacket(samplePacket(), options).gasLimit).to.equal(120_000n);
    });
  });
});

describe("packetKey", () => {
  it("names a packet alike from its header and from an event, whatever the case of addresses", () => {
    const packet = decodePacket(samplePacket(), "0x");
    const shouting = { ...packet, receiver: packet.receiver.toUpperCase().replace("0X", "0x") };

    expect(packetKey(decodeHeader(packet.header))).to.equal(packetKey(shouting));
  });
});

function samplePacket(): string {
  const [sender, guid] = [randomBytes(32), randomBytes(32)].map(hex);
  const receiver = "0x00000000000000000000000000000000000000aB";
  return encode({
    nonce: 7n,
    srcEid: 50_901,
    sender: sender!,
    dstEid: 50_902,
    receiver,
    guid: guid!,
    message: "0x1234",
  });
}
