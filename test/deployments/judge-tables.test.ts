import { expect } from "chai";
import { readFileSync } from "node:fs";

import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { JUDGE_TABLES } from "../../deployments/plan/governance-contracts.ts";
import { SOURCES } from "../../deployments/plan/sources.ts";

/** The tables of docs/governance.md stand in Solidity, where they are tested, and in the plan, which deploys them. */
describe("the judges' tables", () => {
  const solidity = readFileSync(new URL("../../contracts/governance/judges/FieldTables.sol", import.meta.url), "utf8");

  for (const { judge, target, setter, getter, directions, keys } of JUDGE_TABLES) {
    it(`${judge}: is the one of FieldTables.sol, and fits ${target}`, () => {
      const fields = setter.replace(/^setMarket\(uint8,(.*)\)$/, "$1");
      expect(solidity).to.contain(`"${fields}"`);
      expect(solidity).to.contain(`"${getter}", ${keys}, "${directions}"`);

      const { abi } = readCompiledContract(SOURCES[target as keyof typeof SOURCES], target);
      expect(abi.hasFunction(setter)).to.equal(true);
      expect(abi.hasFunction(getter)).to.equal(true);
      const struct = abi.getFunction(setter)!.inputs.at(-1)!;
      expect(struct.components).to.have.lengthOf(directions.length);
    });
  }
});
