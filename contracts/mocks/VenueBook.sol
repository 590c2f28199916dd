// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title VenueBook
/// @notice What the small guarded venues count. No money moves.
abstract contract VenueBook {
    /// @notice What has been done in one market.
    struct Counts {
        uint64 increases;
        uint64 reductions;
        uint64 deposits;
        uint64 topUps;
    }

    event Increased(uint8 indexed market, address indexed trader, uint256 amount);
    event Reduced(uint8 indexed market, address indexed trader, uint256 amount);
    event Deposited(uint8 indexed market, address indexed trader, uint256 amount);
    event ToppedUp(uint8 indexed market, address indexed trader, uint256 amount);

    /// @notice market => what has been done in it
    mapping(uint8 market => Counts) public counts;

    /// @notice Adds margin to a position. Open at every rung.
    function topUp(uint8 market, uint256 amount) external {
        ++counts[market].topUps;
        emit ToppedUp(market, msg.sender, amount);
    }

    /// @notice Brings collateral in. Open at every rung.
    function deposit(uint8 market, uint256 amount) external {
        ++counts[market].deposits;
        emit Deposited(market, msg.sender, amount);
    }

    /// @notice Opens or enlarges a position. Refused from reduce-only up.
    function increase(uint8 market, uint256 amount) external virtual;

    /// @notice Makes a position smaller. Refused when halted.
    function reduce(uint8 market, uint256 amount) external virtual;

    function _increase(uint8 market, uint256 amount) internal {
        ++counts[market].increases;
        emit Increased(market, msg.sender, amount);
    }

    function _reduce(uint8 market, uint256 amount) internal {
        ++counts[market].reductions;
        emit Reduced(market, msg.sender, amount);
    }
}
