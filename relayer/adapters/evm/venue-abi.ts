import { Interface } from "ethers";

/**
 * The events of the reference venue that change open interest. A test compares them, fragment by fragment, with the
 * compiled interfaces.
 */
export const VENUE_ABI = [
  "event Traded(address indexed account, uint8 indexed market, bytes32 indexed orderHash, int256 sizeFine, uint256 priceX32, int256 cashFine, uint256 feeUnits)",
  "event Liquidated(address indexed account, uint8 indexed market, address indexed liquidator, int256 sizeFine, uint256 priceX32, uint256 feeUnits)",
  "event Defaulted(address indexed account, uint256 deficitFine)",
  "event TornUp(uint8 indexed market, bool isLongSide, uint256 number, int256 mark, uint256 indexBefore, uint256 indexAfter, uint256 cut, uint256 takenFine, uint256 sizeFine)",
] as const;

export const venueInterface = new Interface(VENUE_ABI);
