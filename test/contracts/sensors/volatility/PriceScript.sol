// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Price} from "../../../../contracts/interfaces/IPriceAggregator.sol";

/// @dev Stands where an aggregator would and gives the price that it is told to, or none.
contract PriceScript {
    Price private _price;
    bool private _ok;

    function tell(uint256 priceE18, uint256 confidenceE18, uint256 publishTime) external {
        _price = Price({priceE18: priceE18, confidenceE18: confidenceE18, publishTime: uint64(publishTime), count: 1});
        _ok = true;
    }

    function tellNothing() external {
        _ok = false;
    }

    function price(uint8) external view returns (bool, Price memory) {
        return (_ok, _price);
    }
}
