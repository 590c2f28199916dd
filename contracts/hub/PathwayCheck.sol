// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILayerZeroEndpointV2} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {IPathwayCheck} from "../interfaces/IPathwayCheck.sol";

/// @title PathwayCheck
/// @notice How many DVNs a message of an OApp needs, in both directions, as LayerZero's libraries are configured now.
///
/// **Design**
/// - A contract of its own, created by the hub's constructor: the hub stays small, and operators ask the same code.
/// - Only required DVNs count, each once. Optional ones may overlap with the required, so a threshold among them adds no
///   independent party.
/// - A receive library that was replaced and is still in its grace period delivers as well, so the weaker of the two counts.
/// - What cannot be read (no library, another kind of library) counts as zero.
///
/// **Trust assumptions**
/// - The endpoint and its registered libraries say what they do. That two DVNs are two parties is not visible on chain.
/// - It is a reading of one moment: whoever governs the OApp can configure the pathway anew afterwards, and LayerZero can
///   change defaults that the OApp has not overridden. `deployments/tasks/verify.ts` reads it again.
contract PathwayCheck is IPathwayCheck {
    /// @dev Configuration type of SendUln302 and ReceiveUln302.
    uint32 private constant CONFIG_TYPE_ULN = 2;

    /// @dev The libraries' word for "none", where 0 would mean "LayerZero's default".
    uint8 private constant NIL_DVN_COUNT = type(uint8).max;

    /// @dev ULN configuration, as the libraries return it.
    struct UlnConfig {
        uint64 confirmations;
        uint8 requiredDVNCount;
        uint8 optionalDVNCount;
        uint8 optionalDVNThreshold;
        address[] requiredDVNs;
        address[] optionalDVNs;
    }

    /// @notice LayerZero's endpoint on this chain.
    ILayerZeroEndpointV2 public immutable endpoint;

    /// @param endpoint_ LayerZero EndpointV2 of this chain.
    constructor(ILayerZeroEndpointV2 endpoint_) {
        endpoint = endpoint_;
    }

    /// @inheritdoc IPathwayCheck
    function pathway(address oapp, uint32 eid) external view returns (uint256 requiredSend, uint256 requiredReceive) {
        try endpoint.getSendLibrary(oapp, eid) returns (address library_) {
            requiredSend = _required(oapp, library_, eid);
        } catch {}
        try endpoint.getReceiveLibrary(oapp, eid) returns (address library_, bool isDefault) {
            requiredReceive = _required(oapp, library_, eid);
            uint256 former = _requiredInGrace(oapp, eid, isDefault);
            if (former < requiredReceive) requiredReceive = former;
        } catch {}
    }

    /// @notice {pathway} for one library: the distinct DVNs that it requires.
    /// @dev External, so that what does not decode can be caught. Reverts on it.
    function requiredBy(address oapp, address library_, uint32 eid) external view returns (uint256 count) {
        bytes memory config = endpoint.getConfig(oapp, library_, eid, CONFIG_TYPE_ULN);
        UlnConfig memory uln = abi.decode(config, (UlnConfig));
        if (uln.requiredDVNCount == NIL_DVN_COUNT) return 0;

        // The libraries hold them in ascending order.
        address previous;
        for (uint256 i; i < uln.requiredDVNs.length; ++i) {
            if (uln.requiredDVNs[i] > previous) ++count;
            previous = uln.requiredDVNs[i];
        }
        if (uln.requiredDVNCount < count) count = uln.requiredDVNCount;
    }

    /// @dev What the library that was replaced requires while it may still deliver; no bound when it may not.
    function _requiredInGrace(address oapp, uint32 eid, bool isDefault) private view returns (uint256) {
        (address former, uint256 expiry) = isDefault
            ? endpoint.defaultReceiveLibraryTimeout(eid)
            : endpoint.receiveLibraryTimeout(oapp, eid);
        bool mayDeliver = former != address(0) && expiry > block.number;
        return mayDeliver ? _required(oapp, former, eid) : type(uint256).max;
    }

    function _required(address oapp, address library_, uint32 eid) private view returns (uint256 count) {
        try this.requiredBy(oapp, library_, eid) returns (uint256 required) {
            return required;
        } catch {
            return 0;
        }
    }
}
