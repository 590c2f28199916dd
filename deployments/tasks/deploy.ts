import { parseEther } from "ethers";

import { CAUSES } from "../../relayer/domain/incident/hub-event.ts";
import { packLeases } from "../../relayer/domain/incident/leases.ts";
import { readCommit, readCompiledContract } from "../compiled-contract.ts";
import { CHAINS_AT_ONCE, mapAtMost } from "../map-at-most.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import type { ChainRecord, NetworkRecord } from "../network-record.ts";
import { packLimits, packRungs } from "../schema.ts";
import { createChainDeployment } from "./chain-deployment.ts";
import { deployPriceBandSensor, deployPrices } from "./deploy-prices.ts";
import type { DeploymentTarget } from "./deployment-target.ts";

/** The whole protocol. Registered first, on every chain. */
const PROTOCOL_MARKET = 0;

/**
 * Deploys Cordon on every target, all at once, and sets up what concerns one chain alone: markets, prices, sensors and
 * their grants, messaging funds. {@link wireMesh} then connects the chains.
 * @throws SetupError "config" when the contracts are not built, "fatal" when a transaction fails.
 */
export async function deployMesh(
  targets: readonly DeploymentTarget[],
  parameters: NetworkParameters,
): Promise<NetworkRecord> {
  const chains = await mapAtMost(CHAINS_AT_ONCE, targets, (target) => deployChain(target, parameters));
  const { network, meshId, leases, limits, operators } = parameters;
  const { compiler } = readCompiledContract("hub", "IncidentHub");
  return { version: 1, network, meshId, compiler, commit: readCommit(), leases, limits, operators, chains };
}

async function deployChain(target: DeploymentTarget, parameters: NetworkParameters): Promise<ChainRecord> {
  const { name, eid, chainId, layerzero } = target;
  const startBlock = (await target.provider.getBlockNumber()) + 1;
  const deployment = await createChainDeployment(target);
  const { meshId, leases, limits, operators } = parameters;
  const hubArgs = [layerzero.endpoint, deployment.owner, meshId, packLeases(leases), packLimits(limits), operators];
  const hub = deployment.deploy("hub", "IncidentHub", hubArgs);
  for (const market of [PROTOCOL_MARKET, ...parameters.markets.map(({ id }) => id)]) {
    deployment.call(hub, "registerMarket", [market]);
  }
  const { aggregator } = deployPrices(deployment, parameters);
  const sensor = deployPriceBandSensor(deployment, parameters, { hub: hub.address, aggregator });
  deployment.call(hub, "setSensor", [sensor.address, packGrant(parameters)]);
  deployment.deploy("mocks", "GuardedVenue", [hub.address]);
  deployment.fund(hub.address, parseEther(parameters.messaging.hubFundingEther));
  const contracts = await deployment.finish();
  const { endpoint, sendUln, receiveUln, executor, dvns } = layerzero;
  return { name, eid, chainId, startBlock, endpoint, sendUln, receiveUln, executor, dvns: [...dvns], contracts };
}

/** The price-band sensor's grant, as the hub takes it. */
export function packGrant(parameters: NetworkParameters) {
  const grant = parameters.sensors.PriceBandSensor;
  return {
    isActive: true,
    cause: CAUSES.indexOf(grant.cause),
    localCeiling: packRungs(grant.localCeiling),
    meshCeiling: packRungs(grant.meshCeiling),
    markets: parameters.markets.reduce((bits, { id }) => bits | (1 << id), 0) >>> 0,
  };
}
