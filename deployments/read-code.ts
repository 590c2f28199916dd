import { type JsonRpcProvider, keccak256 } from "ethers";

/** What a chain has at an address, "0x" where that is nothing. */
export interface DeployedCode {
  readonly code: string;
  readonly hash: string;
}

/** Taken as the node writes it: ethers' own `getCode` takes it apart and puts it together again a byte at a time. */
export async function readCode(provider: JsonRpcProvider, address: string): Promise<DeployedCode> {
  const code = String(await provider.send("eth_getCode", [address, "latest"]));
  return { code, hash: keccak256(Buffer.from(code.slice(2), "hex")) };
}
