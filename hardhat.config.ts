import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import { defineConfig } from "hardhat/config";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** solc from npm: nothing is downloaded. `version` must equal the version of the package. */
const solc = {
  version: "0.8.30",
  path: require.resolve("solc/soljson.js"),
  settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 800 } },
};

const FUZZ_RUNS = Number(process.env.CORDON_FUZZ_RUNS ?? 1000);
/** A part of the Solidity tests that is compiled and run beside others, in a place of its own: see scripts/test-suites.ts. */
const PART = process.env.CORDON_TEST_PART;
const INVARIANT_RUNS = Number(process.env.CORDON_INVARIANT_RUNS ?? 48);

export default defineConfig({
  plugins: [hardhatEthers, hardhatEthersChaiMatchers, hardhatMocha, hardhatNetworkHelpers],
  solidity: {
    profiles: { default: solc, production: solc },
    // Deployed by GovernanceSetup; its code is compared on chain.
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  },
  paths: {
    tests: { mocha: "test", solidity: "test/contracts" },
    ...(PART === undefined ? {} : { artifacts: `cache/parts/${PART}/artifacts`, cache: `cache/parts/${PART}` }),
  },
  networks: {
    chain0: { type: "edr-simulated", chainType: "l1", chainId: 31000, allowUnlimitedContractSize: false },
    chain1: { type: "edr-simulated", chainType: "l1", chainId: 31001 },
    chain2: { type: "edr-simulated", chainType: "l1", chainId: 31002 },
  },
  test: {
    solidity: {
      fsPermissions: { readDirectory: ["./node_modules/@layerzerolabs", "./test/vectors"] },
      fuzz: { runs: FUZZ_RUNS, seed: "0xc0" },
      invariant: { runs: INVARIANT_RUNS, depth: 40, failOnRevert: true },
    },
  },
});
