// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {KeeperTreasury} from "../../../contracts/incentives/KeeperTreasury.sol";
import {Budget, Job} from "../../../contracts/interfaces/IKeeperTreasury.sol";
import {ScriptedSensor} from "../../../contracts/mocks/keepers/ScriptedSensor.sol";
import {HubFixture} from "../hub/HubFixture.sol";

/// @title TreasuryFixture
/// @notice A hub, a sensor that pokes, and a funded treasury with jobs for poke, lift and broadcast.
abstract contract TreasuryFixture is HubFixture {
    bytes4 internal constant POKE = ScriptedSensor.poke.selector;
    uint256 internal constant BASE_FEE = 100 gwei;
    uint64 internal constant MAX_PRICE = 500 gwei;
    uint96 internal constant MOST_PER_DAY = 5 ether;
    uint32 internal constant OVERHEAD = 60_000;
    uint32 internal constant REPEAT = 120;
    uint32 internal constant REFRESH = 180;

    KeeperTreasury internal treasury;
    ScriptedSensor internal prices;

    function setUp() public virtual override {
        super.setUp();
        vm.fee(BASE_FEE);
        vm.txGasPrice(BASE_FEE + 1 gwei);
        prices = new ScriptedSensor(hub);
        treasury = new KeeperTreasury(hub, governance, MOST_PER_DAY, _budget());
        vm.deal(address(treasury), 10 ether);

        vm.startPrank(governance);
        hub.setSensor(address(prices), _openGrant());
        Job memory poking = _job(false, REFRESH);
        poking.keyWord = 1;
        treasury.setJob(address(prices), POKE, poking);
        Job memory lifting = _job(false, 0);
        lifting.keyWord = 1;
        treasury.setJob(address(hub), hub.lift.selector, lifting);
        treasury.setJob(address(hub), hub.broadcast.selector, _job(true, 0));
        vm.stopPrank();
    }

    function _budget() internal pure returns (Budget memory) {
        return
            Budget({
                perHour: 1 ether,
                perDay: 4 ether,
                reserveBps: 3_000,
                premiumBps: 1_000,
                tipBps: 2_000,
                maxGasPrice: MAX_PRICE
            });
    }

    function _job(bool isUrgent, uint32 refreshSeconds) internal pure returns (Job memory) {
        return
            Job({
                isActive: true,
                isUrgent: isUrgent,
                keyWord: 0,
                hubWord: 0,
                gasCap: 1_000_000,
                overheadGas: OVERHEAD,
                repeatSeconds: REPEAT,
                refreshSeconds: refreshSeconds,
                perDay: 2 ether
            });
    }

    function _pokeOf(uint8 market) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(POKE, market);
    }
}
