import { EndpointId } from "@layerzerolabs/lz-definitions";
import { expect } from "chai";
import { getAddress } from "ethers";

import { layerZeroOf } from "../../deployments/layerzero/layerzero-of.ts";
import { readMetadata } from "../../deployments/layerzero/metadata.ts";
import { readNetworkParameters } from "../../deployments/network-parameters.ts";

describe("LayerZero's metadata", () => {
  const { networks, source } = readMetadata();
  const [chain] = readNetworkParameters("testnet").chains;

  it("says which package it comes from", () => {
    expect(source.package).to.equal("@layerzerolabs/lz-evm-sdk-v2");
    expect(source.integrity).to.match(/^sha512-/);
  });

  it("has the endpoint ids that LayerZero's definitions have", () => {
    expect(networks["sepolia-testnet"]!.eid).to.equal(EndpointId.SEPOLIA_V2_TESTNET);
    const known = new Set<unknown>(Object.values(EndpointId));
    for (const { eid } of Object.values(networks)) expect(known.has(eid)).to.equal(true);
  });

  it("has addresses with their checksums, and LayerZero's own DVN everywhere", () => {
    for (const { endpoint, sendUln, receiveUln, executor, dvns } of Object.values(networks)) {
      for (const address of [endpoint, sendUln, receiveUln, executor, ...Object.values(dvns)]) {
        expect(getAddress(address)).to.equal(address);
      }
      expect(dvns).to.have.property("LayerZero Labs");
    }
  });

  it("resolves a chain's DVNs by name, and takes others with their addresses", () => {
    const address = networks["sepolia-testnet"]!.endpoint;
    const { dvns, eid } = layerZeroOf({ ...chain!, dvns: ["Bware", { name: "Own", address }] });

    expect(eid).to.equal(40_161);
    expect(dvns).to.deep.equal([networks["sepolia-testnet"]!.dvns["Bware"], address]);
  });

  it("names the field and what there is, for a network or a DVN that it does not have", () => {
    expect(() => layerZeroOf({ ...chain!, layerzero: "mars" }))
      .to.throw(/chains\.ethereum-sepolia\.layerzero: LayerZero's metadata has no network "mars".*sepolia-testnet/)
      .with.property("exitCode", 78);
    expect(() => layerZeroOf({ ...chain!, dvns: ["LayerZero Labs", "Google"] }))
      .to.throw(/chains\.ethereum-sepolia\.dvns: .* no DVN "Google" on sepolia-testnet\. It has Bware, LayerZero Labs/)
      .with.property("exitCode", 78);
  });
});
