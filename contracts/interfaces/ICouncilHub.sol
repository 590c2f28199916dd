// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ICouncilHub
/// @notice What governance sets at a hub besides sensors and operators, and what the council calls there.
interface ICouncilHub {
    /// @notice Makes what was asserted of `market` at `asOf` or before not be in force. Only the council.
    function voidMarket(uint8 market, uint64 asOf) external;

    /// @notice Sets who may void; zero for nobody.
    function setCouncil(address council) external;

    /// @notice Sets who is asked before a halt is lifted; zero for nobody.
    function setLiftGate(address gate) external;

    /// @notice Who may void.
    function council() external view returns (address);

    /// @notice Who is asked before a halt is lifted.
    function liftGate() external view returns (address);
}
