import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import { network } from "hardhat";

const { ethers } = await network.create("chain0");

/** What GMX pays to say that a market may be deleveraged, closing nothing yet (`updateAdlState`, later calls). */
const GMX_UPDATE_ADL_STATE = 165_902n;
const BATCH = 100;
const TIMEOUT_MS = 120_000;

async function crowdOf(accounts: number) {
  const crowd = await ethers.deployContract("BookCrowd");
  for (let left = accounts; left > 0; left -= BATCH) {
    await crowd.getFunction("add")(Math.min(left, BATCH));
  }
  return crowd;
}

async function gasOf(sending: Promise<ContractTransactionResponse>): Promise<bigint> {
  const receipt = await (await sending).wait();
  return receipt!.gasUsed;
}

/** Gas of the second tear-up: the first pays for slots that were never written. */
async function deleverageGas(accounts: number): Promise<bigint> {
  const crowd = await crowdOf(accounts);
  await crowd.getFunction("deleverage")(0, 5);
  return gasOf(crowd.getFunction("deleverage").send(1, 5) as Promise<ContractTransactionResponse>);
}

describe("gas of deleveraging", () => {
  it("is the same among ten accounts and among a thousand", async function () {
    this.timeout(TIMEOUT_MS);
    const few = await deleverageGas(10);
    const many = await deleverageGas(1_000);

    // A tick that is emptied refunds some; nothing else differs.
    expect(Number(many) / Number(few), `${String(few)} and ${String(many)} gas`).to.be.within(0.95, 1.05);
    expect(many < GMX_UPDATE_ADL_STATE, `${String(many)} gas`).to.equal(true);
  });
});
