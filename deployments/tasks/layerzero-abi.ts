import { Interface } from "ethers";

import { ULN_CONFIG } from "../uln-config.ts";

/** The parts of LayerZero's contracts that wiring and its check use. */

export const ENDPOINT_ABI = Interface.from([
  "function setSendLibrary(address oapp, uint32 eid, address lib)",
  "function setReceiveLibrary(address oapp, uint32 eid, address lib, uint256 gracePeriod)",
  "function setConfig(address oapp, address lib, tuple(uint32 eid, uint32 configType, bytes config)[] params)",
  "function delegates(address oapp) view returns (address)",
  "function eid() view returns (uint32)",
  "function getSendLibrary(address sender, uint32 dstEid) view returns (address)",
  "function isDefaultSendLibrary(address sender, uint32 dstEid) view returns (bool)",
  "function getReceiveLibrary(address receiver, uint32 srcEid) view returns (address lib, bool isDefault)",
  "error LZ_Unauthorized()",
  "error LZ_SameValue()",
  "error LZ_OnlyRegisteredLib()",
  "error LZ_UnsupportedEid()",
]);

export const ULN_ABI = Interface.from([
  `function getUlnConfig(address oapp, uint32 remoteEid) view returns (${ULN_CONFIG})`,
  `function getAppUlnConfig(address oapp, uint32 remoteEid) view returns (${ULN_CONFIG})`,
  "function executorConfigs(address oapp, uint32 remoteEid) view returns (uint32 maxMessageSize, address executor)",
  "function getExecutorConfig(address oapp, uint32 remoteEid) view returns (tuple(uint32 maxMessageSize, address executor))",
]);
