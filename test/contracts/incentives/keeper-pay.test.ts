import { expect } from "chai";
import type { Contract, ContractTransactionReceipt } from "ethers";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create("chain0");

const MARKET = 1;
const OPERATORS = ["0x1000000000000000000000000000000000000001", "0x1000000000000000000000000000000000000002"];
const LIMITS = { peerCeiling: 0x34, soloCeiling: 0x22, quorumCeiling: 0x34, quorum: 2 };
const OPEN_GRANT = { isActive: true, cause: 0, localCeiling: 0x34, meshCeiling: 0x34, markets: 0xff };
/** Seconds: voidBefore (none), caution, reduce-only, halted, M1 to M4. */
const LEASES = [0n, 43_200n, 10_800n, 3_600n, 86_400n, 28_800n, 10_800n, 3_600n];
const packedLeases = LEASES.reduce((packed, seconds) => (packed << 32n) | seconds, 0n);

/** What docs/incentives.md proposes: covers the transaction and the treasury once its slots are in use. */
const OVERHEAD_GAS = 80_000n;
const REFRESH_SECONDS = 60;
const DAY_WEI = ethers.parseEther("1");
const BUDGET = {
  perHour: DAY_WEI,
  perDay: DAY_WEI,
  reserveBps: 3_000,
  premiumBps: 1_000,
  tipBps: 10_000,
  maxGasPrice: ethers.parseUnits("500", "gwei"),
};
/** A tip above what the budget repays is the keeper's own affair. */
const FEES = { maxFeePerGas: ethers.parseUnits("100", "gwei"), maxPriorityFeePerGas: 0n };
const JOB = {
  isActive: true,
  isUrgent: false,
  keyWord: 1,
  hubWord: 0,
  gasCap: 1_000_000,
  overheadGas: OVERHEAD_GAS,
  repeatSeconds: 60,
  refreshSeconds: REFRESH_SECONDS,
  perDay: DAY_WEI,
};

describe("what a keeper is left with", () => {
  async function fixture() {
    const [owner, keeper] = await ethers.getSigners();
    const endpoint = await ethers.deployContract("EndpointModel", [50901]);
    const hub = await ethers.deployContract("IncidentHub", [
      await endpoint.getAddress(),
      owner!.address,
      ethers.id("mesh"),
      packedLeases,
      LIMITS,
      OPERATORS,
    ]);
    await hub.getFunction("registerMarket")(0);
    await hub.getFunction("registerMarket")(MARKET);
    const at = await hub.getAddress();
    const sensor = await ethers.deployContract("ScriptedSensor", [at]);
    await hub.getFunction("setSensor")(await sensor.getAddress(), OPEN_GRANT);
    const treasury = await ethers.deployContract("KeeperTreasury", [at, owner!.address, DAY_WEI, BUDGET]);
    await owner!.sendTransaction({ to: await treasury.getAddress(), value: DAY_WEI });
    const poke = sensor.interface.getFunction("poke")!.selector;
    await treasury.getFunction("setJob")(await sensor.getAddress(), poke, JOB);

    const perform = async () => {
      const data = sensor.interface.encodeFunctionData("poke", [MARKET]);
      const performed = treasury.connect(keeper!).getFunction("perform");
      const sent = (await performed(await sensor.getAddress(), data, FEES)) as {
        wait(): Promise<ContractTransactionReceipt>;
      };
      return readPay(treasury as unknown as Contract, await sent.wait());
    };
    return { sensor, perform };
  }

  function readPay(treasury: Contract, receipt: ContractTransactionReceipt) {
    const event = receipt.logs.map((log) => treasury.interface.parseLog(log)).find((log) => log?.name === "Performed");
    const { gasUsed, paid } = event!.args as unknown as { gasUsed: bigint; paid: bigint };
    return { net: paid - receipt.gasUsed * receipt.gasPrice, besides: receipt.gasUsed - gasUsed };
  }

  it("is not out of pocket once the treasury's slots are in use", async () => {
    const { sensor, perform } = await networkHelpers.loadFixture(fixture);
    await perform();

    for (const rungs of [0x00, 0x11, 0x34]) {
      await networkHelpers.time.increase(REFRESH_SECONDS);
      await sensor.getFunction("hold")(rungs);
      const { net, besides } = await perform();

      expect(net > 0n).to.equal(true);
      expect(besides).to.be.within(OVERHEAD_GAS - 15_000n, OVERHEAD_GAS + 1_000n);
    }
  });

  it("writes slots for the first time only once", async () => {
    const { perform } = await networkHelpers.loadFixture(fixture);

    const first = await perform();
    await networkHelpers.time.increase(REFRESH_SECONDS);
    const second = await perform();

    expect(first.besides).to.be.within(second.besides + 40_000n, second.besides + 90_000n);
  });
});
