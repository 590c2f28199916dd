// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Position} from "../../../contracts/clearing/book/Position.sol";
import {Side} from "../../../contracts/clearing/book/Side.sol";
import {INDEX_MIN, INDEX_ONE, LOT_FINE, PRICE_ONE, UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {BookWorld} from "./BookWorld.sol";

/// @notice Deleveraging on one book: exact in money and size, from profit alone, pro rata (P11), whatever came before.
contract BookTest is BookWorld {
    uint256 private constant STEPS = 10;

    /* TRADES */

    function test_Trade_OpensBothSides() public {
        _trade(0, 1, _lots(10), PAR);

        assertEq(book.longs.size(), _lots(10));
        assertEq(book.shorts.size(), _lots(10));
        assertEq(_equity(0, PAR + PRICE_ONE), int256(10 * UNIT_FINE));
        assertEq(_equity(1, PAR + PRICE_ONE), -int256(10 * UNIT_FINE));
        assertEq(book.dustSize, 0);
    }

    function test_Trade_ClosesThenOpensTheOtherWay() public {
        _trade(0, 1, _lots(10), PAR);
        _trade(2, 0, _lots(15), PAR + PRICE_ONE);

        (Position memory position, ) = _seen(0);
        assertFalse(position.isLong);
        assertEq(position.size(), _lots(5));
        assertEq(cash[0], int256(10 * UNIT_FINE));
        assertEq(book.longs.size(), _lots(15));
        _assertSound();
    }

    /* TEAR-UPS */

    function test_TearUp_TakesProRataOnProfitAndClosesProRataOnSize() public {
        // Shorts at 1100, 1050 and 900; the price falls to 1000: profits of 100, 50 and none for each lot.
        _trade(0, 1, _lots(10), 1_100 * PRICE_ONE);
        _trade(0, 2, _lots(20), 1_050 * PRICE_ONE);
        _trade(3, 4, _lots(30), 900 * PRICE_ONE);
        int256[3] memory before = [_equity(1, PAR), _equity(2, PAR), _equity(4, PAR)];

        uint256 taken = _tearUp(0, PAR, 400 * UNIT_FINE);

        // 400 of 2000: a fifth of each profit, to less than a unit; nothing of the one at a loss.
        assertEq(taken / UNIT_FINE, 400);
        assertEq(uint256(before[0] - _equity(1, PAR)) / UNIT_FINE, 200);
        assertEq(uint256(before[1] - _equity(2, PAR)) / UNIT_FINE, 200);
        assertEq(before[2], _equity(4, PAR));
        // Half of the open interest was closed: half of every short.
        _assertSize(1, _lots(5));
        _assertSize(2, _lots(10));
        _assertSize(4, _lots(15));
        _assertSize(3, _lots(30));
        _assertSound();
    }

    /// @dev The grid has 64 ticks an octave: 8 units wide here, from 1,000 to 1,008.
    function test_TearUp_LeavesProfitWithinTheMarksTickAlone_Shorts() public {
        _trade(0, 1, _lots(10), 1_004 * PRICE_ONE);
        _trade(0, 2, _lots(10), 1_008 * PRICE_ONE);
        int256 within = _equity(1, PAR + PRICE_ONE);
        assertGt(_tearUp(0, PAR + PRICE_ONE, 5 * UNIT_FINE), 0);

        assertEq(_equity(1, PAR + PRICE_ONE), within);
        assertEq(_equity(2, PAR + PRICE_ONE) / int256(UNIT_FINE), 64);
        _assertSound();
    }

    function test_TearUp_LeavesProfitWithinTheMarksTickAlone_Longs() public {
        uint256 mark = 1_006 * PRICE_ONE;
        _trade(1, 0, _lots(10), 1_000 * PRICE_ONE);
        _trade(2, 0, _lots(10), 999 * PRICE_ONE);
        int256 within = _equity(1, mark);
        assertGt(_tearUp(0, mark, 5 * UNIT_FINE), 0);

        assertEq(_equity(1, mark), within);
        assertEq(_equity(2, mark) / int256(UNIT_FINE), 64);
        _assertSound();
    }

    function test_TearUp_TakesNoMoreThanAllProfit() public {
        _trade(0, 1, _lots(10), 1_200 * PRICE_ONE);
        _trade(2, 3, _lots(10), 1_200 * PRICE_ONE);
        uint256 taken = _tearUp(0, PAR, 1_000_000 * UNIT_FINE);

        assertLe(taken, 4_000 * UNIT_FINE);
        assertGt(taken, 3_999 * UNIT_FINE);
        assertGe(_equity(1, PAR), 0);
        assertGe(_equity(3, PAR), 0);
        _assertSound();
    }

    function test_TearUp_OfTheWholeSideEmptiesTheMarket() public {
        _trade(0, 1, _lots(10), 1_200 * PRICE_ONE);
        _trade(0, 2, _lots(5), 1_100 * PRICE_ONE);
        _tearUp(0, PAR, 10 * UNIT_FINE);

        assertEq(book.longs.size(), 0);
        assertEq(book.shorts.size(), 0);
        assertEq(book.dustSize, 0);
        _assertSound();

        // And it goes on.
        _trade(1, 2, _lots(7), PAR);
        assertEq(book.longs.size(), _lots(7));
        assertEq(book.shorts.currentIndex(), INDEX_ONE);
        _assertSound();
    }

    function test_TearUp_ThatLeavesHardlyAnythingEmptiesTheMarket() public {
        _trade(0, 1, _lots(100_000), PAR);
        _trade(2, 3, _lots(1), PAR);
        _tearUp(0, PAR, 0);

        // A hundred-thousandth is less than 2^-14.
        assertEq(book.longs.size() + book.shorts.size(), 0);
        assertEq(book.dustSize, 0);
        _assertSound();
    }

    function test_TearUp_OfLessThanAShareOfTheSideLeavesADustPosition() public {
        _trade(0, 1, _lots(3), PAR);
        _trade(2, 1, _lots(7), PAR);
        _tearUp(0, PAR, 0);
        _assertSound();
        assertLt(book.dustSize < 0 ? -book.dustSize : book.dustSize, int256(LOT_FINE / 1e6));
    }

    function test_Settle_InPartsIsSettlingAtOnce() public {
        _trade(0, 1, _lots(1), 1_100 * PRICE_ONE);
        _trade(2, 1, _lots(2), 1_200 * PRICE_ONE);
        _trade(3, 1, _lots(9), 1_150 * PRICE_ONE);
        _tearUp(0, PAR, 20 * UNIT_FINE);
        _tearUp(2, PAR - PRICE_ONE, 30 * UNIT_FINE);
        (Position memory whole, int256 brought) = _seen(1);

        Position memory parts = positions[1];
        int256 first = parts.settle(book.shorts, book.firstOctave, 1);
        int256 second = parts.settle(book.shorts, book.firstOctave, 1);

        assertEq(first + second, brought);
        assertEq(parts.size(), whole.size());
        assertEq(parts.seen, 2);
    }

    /* SOCIALISED LOSS AND FUNDING */

    function test_Socialise_ChargesEveryLotTheSame() public {
        _trade(0, 1, _lots(10), PAR);
        _trade(2, 1, _lots(30), PAR);
        uint256 taken = _socialise(80 * UNIT_FINE);

        assertEq(taken, 80 * UNIT_FINE);
        assertEq(_equity(0, PAR), -int256(10 * UNIT_FINE));
        assertEq(_equity(1, PAR), -int256(40 * UNIT_FINE));
        assertEq(_equity(2, PAR), -int256(30 * UNIT_FINE));
        _assertSound();
    }

    function test_Socialise_ChargesNobodyWhenNobodyIsLeft() public {
        assertEq(_socialise(UNIT_FINE), 0);
    }

    function test_AddFunding_IsPaidByLongsToShorts() public {
        _trade(0, 1, _lots(10), PAR);
        book.addFunding(int256(PRICE_ONE / 2));

        assertEq(_equity(0, PAR), -int256(5 * UNIT_FINE));
        assertEq(_equity(1, PAR), int256(5 * UNIT_FINE));
        _assertSound();
    }

    /* PROPERTIES */

    /// @dev The exactness of docs/adr/0010-deleveraging.md, over random histories of one market.
    function testFuzz_Book_IsExactWhateverHappens(uint256 seed) public {
        for (uint256 i; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _step(seed);
        }
        _assertSound();
    }

    /// @dev P11: at most the deficit plus one unit; from each at most its profit; from losers nothing.
    function testFuzz_TearUp_TakesExactlyFromProfitAlone(uint256 seed, uint256 price, uint256 budget) public {
        for (uint256 i; i < STEPS / 2; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _step(seed);
        }
        price = bound(price, PAR / 4, PAR * 4);
        budget = bound(budget, 1, 1e12 * UNIT_FINE);
        uint256 defaulter = seed % TRADERS;
        (Position memory position, ) = _seen(defaulter);
        if (position.isEmpty()) return;

        int256[TRADERS] memory before;
        int256[TRADERS] memory profit;
        for (uint256 i; i < TRADERS; ++i) {
            (Position memory other, ) = _seen(i);
            before[i] = _equity(i, price);
            profit[i] = other.isLong == position.isLong ? int256(0) : other.value(book.mark(other.isLong, price));
        }
        uint256 taken = _tearUp(defaulter, price, budget);

        assertLt(taken, budget + UNIT_FINE, "P11: more than the deficit and one unit");
        _assertTaken(before, profit, price, taken);
        _assertSound();
    }

    function _assertTaken(
        int256[TRADERS] memory before,
        int256[TRADERS] memory profit,
        uint256 price,
        uint256 taken
    ) private view {
        int256 sum;
        for (uint256 i; i < TRADERS; ++i) {
            int256 given = before[i] - _equity(i, price);
            assertGe(given, 0, "P11: somebody has gained");
            assertLe(given, profit[i] > 0 ? profit[i] : int256(0), "P11: principal was touched");
            sum += given;
        }
        assertEq(sum, int256(taken), "P11: what was taken is not what was announced");
    }

    function _step(uint256 seed) private {
        uint256 kind = seed % 16;
        uint256 a = (seed >> 8) % TRADERS;
        uint256 b = (a + 1 + ((seed >> 16) % (TRADERS - 1))) % TRADERS;
        uint256 price = PAR / 2 + ((seed >> 32) % PAR);
        if (kind < 10) _trade(a, b, _lots(1 + ((seed >> 96) % 1_000)), price);
        else if (kind < 13) _tearUpIfAny(a, price, ((seed >> 128) % 100_000) * UNIT_FINE);
        else if (kind == 13) _socialise(((seed >> 128) % 1_000) * UNIT_FINE + ((seed >> 160) % UNIT_FINE));
        else if (kind == 14) book.addFunding(int256((seed >> 128) % PRICE_ONE) - int256(PRICE_ONE / 2));
        else _settle(a);
    }

    function _tearUpIfAny(uint256 trader, uint256 price, uint256 budget) private {
        (Position memory position, ) = _seen(trader);
        if (!position.isEmpty()) _tearUp(trader, price, budget);
    }

    function _assertSize(uint256 trader, uint256 expected) private view {
        (Position memory position, ) = _seen(trader);
        assertApproxEqAbs(position.size(), expected, LOT_FINE / 1e6);
    }
}
