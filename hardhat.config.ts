import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import { defineConfig, overrideTask } from "hardhat/config";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** solc from npm: nothing is downloaded. `version` must equal the version of the package. */
const solc = {
  version: "0.8.30",
  path: require.resolve("solc/soljson.js"),
  settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 800 } },
};

/**
 * The hub, and what it creates, by the IR pipeline: whoever tightens many chains pays for a directive on each, and it takes a
 * thousand gas less so.
 */
const hubSolc = { ...solc, settings: { ...solc.settings, viaIR: true } };
const hubFiles = ["contracts/hub/IncidentHub.sol", "contracts/hub/PathwayCheck.sol"];
const profile = { compilers: [solc], overrides: Object.fromEntries(hubFiles.map((file) => [file, hubSolc])) };

/** Tests deploy the hub's artifact (test/contracts/hub/HubArtifact.sol). Naming a test builds that test alone. */
const testSolidity = overrideTask(["test", "solidity"])
  .setInlineAction(async (args, hre, runSuper) => {
    const { noCompile } = args as { noCompile?: boolean };
    const files = hubFiles.map((file) => path.join(hre.config.paths.root, file));
    if (noCompile !== true) await hre.tasks.getTask("build").run({ files, quiet: true });
    return runSuper(args);
  })
  .build();

const FUZZ_RUNS = Number(process.env.CORDON_FUZZ_RUNS ?? 1000);
const INVARIANT_RUNS = Number(process.env.CORDON_INVARIANT_RUNS ?? 48);
/** A part of the Solidity tests that is compiled and run beside others, in a place of its own: see scripts/test-suites.ts. */
const PART = process.env.CORDON_TEST_PART;

export default defineConfig({
  tasks: [testSolidity],
  plugins: [hardhatEthers, hardhatEthersChaiMatchers, hardhatMocha, hardhatNetworkHelpers],
  solidity: {
    profiles: { default: profile, production: profile },
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
