import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { EndpointId } from "@layerzerolabs/lz-definitions";
import { z } from "zod";

import { writeJsonFile } from "../json-file.ts";
import { METADATA_FILE, type Metadata, readMetadata } from "./metadata.ts";

/**
 * Writes metadata.json from LayerZero's own npm package. That package is 10 MB to fetch and 240 MB on disk, most of it
 * ABIs, so it is no dependency: the few addresses that are needed are kept here, with the version and the integrity hash
 * that they came from.
 */
const USAGE = `usage: node deployments/layerzero/extract.ts [--check]

Fetches LayerZero's deployments package through npm and writes deployments/layerzero/metadata.json from it.
With --check, writes nothing and fails when the file is not what the package says.
`;

const PACKAGE = "@layerzerolabs/lz-evm-sdk-v2";
const VERSION = "3.1.10";
const INTEGRITY = "sha512-52Y+O5i1UzmrbKm9z1LQ2BqRZbcrLuc3m126+vv+n0CNu3NqXFOCISc4OMAgis5lEgszH4azc0m7dM1+3HIM2A==";

/** LayerZero's name of each network, and the key of its endpoint id in @layerzerolabs/lz-definitions. */
const NETWORKS = {
  "ethereum-mainnet": "ETHEREUM_V2_MAINNET",
  "arbitrum-mainnet": "ARBITRUM_V2_MAINNET",
  "avalanche-mainnet": "AVALANCHE_V2_MAINNET",
  "base-mainnet": "BASE_V2_MAINNET",
  "bsc-mainnet": "BSC_V2_MAINNET",
  "optimism-mainnet": "OPTIMISM_V2_MAINNET",
  "polygon-mainnet": "POLYGON_V2_MAINNET",
  "sepolia-testnet": "SEPOLIA_V2_TESTNET",
  "amoy-testnet": "AMOY_V2_TESTNET",
  "arbsep-testnet": "ARBSEP_V2_TESTNET",
  "avalanche-testnet": "AVALANCHE_V2_TESTNET",
  "basesep-testnet": "BASESEP_V2_TESTNET",
  "bsc-testnet": "BSC_V2_TESTNET",
  "optsep-testnet": "OPTSEP_V2_TESTNET",
} as const satisfies Record<string, keyof typeof EndpointId>;

/** LayerZero's own DVN has no suffix; the others are those that it deployed for their operators. */
const DVN_FILE = /^DVN(?<operator>[A-Z0-9][A-Za-z0-9]*)?\.json$/;
/** Parts and helpers of DVNs, and DVNs of lzRead, which verify no messages. */
const NO_DVN = /^DVN(FeeLib.*|Decompressor|[Rr]ead|.*Adapter.*)\.json$/;
const OWN_DVN = "LayerZero Labs";

const DeploymentSchema = z.object({ address: z.string() });

function fetchPackage(dir: string): string {
  const args = ["pack", `${PACKAGE}@${VERSION}`, "--silent", "--pack-destination", dir];
  const file = execFileSync("npm", args, { encoding: "utf8" }).trim();
  const archive = path.join(dir, file);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (integrity !== INTEGRITY) throw new RangeError(`${PACKAGE}@${VERSION} is not what it was: ${integrity}`);
  const wanted = Object.keys(NETWORKS).map((network) => `package/deployments/${network}`);
  execFileSync("tar", ["-xzf", archive, "-C", dir, ...wanted]);
  return path.join(dir, "package", "deployments");
}

function extract(deployments: string): Metadata {
  const networks = Object.entries(NETWORKS).map(([network, key]) => {
    const addressIn = (file: string): string =>
      DeploymentSchema.parse(JSON.parse(readFileSync(path.join(deployments, network, file), "utf8"))).address;
    const dvns = readdirSync(path.join(deployments, network))
      .filter((file) => DVN_FILE.test(file) && !NO_DVN.test(file))
      .map((file): [string, string] => [DVN_FILE.exec(file)?.groups?.["operator"] ?? OWN_DVN, addressIn(file)]);
    return [
      network,
      {
        eid: EndpointId[key],
        endpoint: addressIn("EndpointV2.json"),
        sendUln: addressIn("SendUln302.json"),
        receiveUln: addressIn("ReceiveUln302.json"),
        executor: addressIn("Executor.json"),
        dvns: Object.fromEntries(dvns.toSorted(([a], [b]) => (a < b ? -1 : 1))),
      },
    ] as const;
  });
  return {
    source: { package: PACKAGE, version: VERSION, integrity: INTEGRITY },
    networks: Object.fromEntries(networks),
  };
}

const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
if (values.help === true) {
  process.stdout.write(USAGE);
} else {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-layerzero-"));
  try {
    const metadata = extract(fetchPackage(dir));
    if (values.check !== true) writeJsonFile(fileURLToPath(METADATA_FILE), metadata);
    else if (JSON.stringify(metadata) !== JSON.stringify(readMetadata())) {
      process.stderr.write("metadata.json is not what the package says. Run without --check.\n");
      process.exitCode = 1;
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
