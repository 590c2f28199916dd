import { HDNodeWallet } from "ethers";

/** The mnemonic that every local development chain knows. Its keys are public: never use them anywhere else. */
export const LOCAL_MNEMONIC = "test test test test test test test test test test test junk";

/** Who acts on a local chain. Each role has an account of its own, so that no two fight over a nonce. */
export const ROLES = [
  "deployer",
  "feeder",
  "keeper",
  "dvn1",
  "dvn2",
  "executor",
  "relayer0",
  "relayer1",
  "relayer2",
  "user",
  "housekeeper0",
  "housekeeper1",
  "housekeeper2",
  // Pays in at the house for those who trade there.
  "payer",
] as const;

export type Role = (typeof ROLES)[number];

// Signing keys that need no coin start well above the funded accounts.
const DVN_SIGNER_INDEX = 20;
const OPERATOR_INDEX = 30;
const TRADER_INDEX = 60;
const ACCOUNTS_PATH = "m/44'/60'/0'/0";

let root: HDNodeWallet | undefined;

function derive(index: number): HDNodeWallet {
  root ??= HDNodeWallet.fromPhrase(LOCAL_MNEMONIC, undefined, ACCOUNTS_PATH);
  return root.deriveChild(index);
}

/** The wallet of `role`, the same on every local chain, not yet connected to any. */
export function roleWallet(role: Role): HDNodeWallet {
  return derive(ROLES.indexOf(role));
}

/** The key that DVN `index` (0 or 1) signs its verifications with. */
export function dvnSigner(index: number): HDNodeWallet {
  return derive(DVN_SIGNER_INDEX + index);
}

/** The key that operator `index` signs directives with. */
export function operatorWallet(index: number): HDNodeWallet {
  return derive(OPERATOR_INDEX + index);
}

/** Trader `index` of the house, who signs orders and sends nothing. */
export function traderWallet(index: number): HDNodeWallet {
  return derive(TRADER_INDEX + index);
}
