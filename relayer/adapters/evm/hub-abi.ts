import { Interface } from "ethers";

/** What the relayer uses of `IIncidentHub`. A test compares it, fragment by fragment, with the compiled interface. */
export const HUB_ABI = [
  "event MarketRegistered(uint64 indexed seq, uint8 indexed market, uint256 posture)",
  "event SensorSet(uint64 indexed seq, address indexed sensor, tuple(bool isActive, uint8 cause, uint8 localCeiling, uint8 meshCeiling, uint32 markets) grant)",
  "event MirrorSet(uint64 indexed seq, address indexed mirror, bool isActive)",
  "event Asserted(uint64 indexed seq, uint8 indexed market, address indexed sensor, uint8 cause, uint8 local, uint8 mesh, uint256 localWord, uint256 meshWord, uint256 posture)",
  "event Merged(uint64 indexed seq, uint8 indexed market, bytes32 indexed decision, uint256 meshWord, uint256 posture)",
  "event SoloMerged(uint64 indexed seq, uint8 indexed market, bytes32 indexed decision, uint256 meshWord, uint256 posture)",
  "event LanesRefused(uint64 indexed seq, uint8 indexed market, uint32 indexed srcEid, uint8 path, uint8 refusal, uint256 lanes)",
  "event Lifted(uint64 indexed seq, uint8 indexed market, uint8 inForce, uint256 posture)",
  "event Voided(uint64 indexed seq, uint8 indexed market, uint64 asOf, uint256 meshWord, uint256 localWord)",
  "event HaltBudgetSpent(uint64 indexed seq, uint8 indexed market)",
  "event HaltBudgetRearmed(uint64 indexed seq, uint8 indexed market, uint256 posture)",
  "event CouncilSet(uint64 indexed seq, address indexed council)",
  "event LiftGateSet(uint64 indexed seq, address indexed gate)",
  "event MirrorFailed(uint64 indexed seq, address indexed mirror)",
  "event BroadcastSent(uint64 indexed seq, uint32 markets, bool isHeartbeat, uint8 sent, uint8 failed)",
  "event SendFailed(uint64 indexed seq, uint32 indexed dstEid, bytes4 selector)",
  "event Heard(uint64 indexed seq, uint32 indexed srcEid, uint64 srcSeq, bool isHeartbeat)",
  "event ConfigDiffers(uint64 indexed seq, uint32 indexed srcEid, bytes32 theirs, bytes32 ours)",
  "event MessageRefused(uint64 indexed seq, uint32 indexed srcEid, uint8 path, uint8 refusal, bytes32 messageHash)",
  "event NothingMerged(uint64 indexed seq, bytes32 indexed decision)",
  "event OperatorSet(uint64 indexed seq, address indexed operator, bool isActive)",
  "event LimitsSet(uint64 indexed seq, tuple(uint8 peerCeiling, uint8 soloCeiling, uint8 quorumCeiling, uint8 quorum) limits)",
  "function submit(tuple(bytes32 decision, uint64 deadline, bytes entries) directive, bytes signatures)",
  "function meshId() view returns (bytes32)",
  "function leases() view returns (uint256)",
  "function limits() view returns (tuple(uint8 peerCeiling, uint8 soloCeiling, uint8 quorumCeiling, uint8 quorum))",
  "function isOperator(address account) view returns (bool)",
  "function snapshot() view returns (uint256[] meshWords, uint256[] localWords, uint256 posture_, uint64 seq_)",
] as const;

export const hubInterface = new Interface(HUB_ABI);

/** From the OApp that every hub is, and from LayerZero's endpoint: how a hub tells its own endpoint id. */
export const endpointInterface = new Interface([
  "function endpoint() view returns (address)",
  "function eid() view returns (uint32)",
]);
