import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create("chain0");

const MARKET = 1;
const OPERATORS = ["0x1000000000000000000000000000000000000001", "0x1000000000000000000000000000000000000002"];
const PEER_CEILINGS = { peerCeiling: 0x34, soloCeiling: 0x22, quorumCeiling: 0x34, quorum: 2 };
/** Seconds: voidBefore (none), caution, reduce-only, halted, M1 to M4. */
const LEASES = [0n, 43_200n, 10_800n, 3_600n, 86_400n, 28_800n, 10_800n, 3_600n];
const packedLeases = LEASES.reduce((packed, seconds) => (packed << 32n) | seconds, 0n);

/** What a check may add to a venue's call, in gas. */
const ASK_COLD = 5_400n;
const ASK_WARM = 850n;
const BYTE = 60n;

describe("gas of a venue's check", () => {
  async function fixture() {
    const [owner] = await ethers.getSigners();
    const endpoint = await ethers.deployContract("EndpointModel", [50901]);
    const hub = await ethers.deployContract("IncidentHub", [
      await endpoint.getAddress(),
      owner!.address,
      ethers.id("mesh"),
      packedLeases,
      PEER_CEILINGS,
      OPERATORS,
    ]);
    await hub.getFunction("registerMarket")(0);
    await hub.getFunction("registerMarket")(MARKET);
    const at = await hub.getAddress();
    return {
      hub,
      asking: await ethers.deployContract("HubCheckGauge", [at]),
      mirror: await ethers.deployContract("MirrorCheckGauge", [at]),
      byte: await ethers.deployContract("ByteCheckGauge", [at, MARKET]),
      peers: await ethers.deployContract("PeerCheckGauge", [at]),
    };
  }

  it("asks the real hub within 5,400 cold and 850 warm", async () => {
    const { asking } = await networkHelpers.loadFixture(fixture);

    for (const gauge of ["gaugeIncreasing", "gaugeReducing"]) {
      const [cold, warm] = await asking.getFunction(gauge)(MARKET);
      expect(cold).to.be.within(4_700n, ASK_COLD);
      expect(warm).to.be.within(200n, ASK_WARM);
    }
  });

  it("reads a mirror within 1.03 times one read of an own slot", async () => {
    const { mirror, peers } = await networkHelpers.loadFixture(fixture);
    const [slotCold] = await peers.getFunction("gaugeOwnSlot")();

    for (const gauge of ["gaugeIncreasing", "gaugeReducing"]) {
      const [cold] = await mirror.getFunction(gauge)(MARKET);
      expect(cold).to.be.within(2_100n, (slotCold * 103n) / 100n);
    }
  });

  it("checks a byte in a loaded word within 60", async () => {
    const { byte } = await networkHelpers.loadFixture(fixture);

    const [increasing, reducing] = await byte.getFunction("gauge")(MARKET);

    expect(increasing).to.be.within(1n, BYTE);
    expect(reducing).to.be.within(1n, BYTE);
  });
});
