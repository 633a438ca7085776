// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../../../contracts/generated/Constants.sol";
import {ClassStart, RuleBounds, Segment, TileRange} from "../../../contracts/interfaces/IDriftRegistry.sol";
import {PolicyRules} from "../../../contracts/libraries/PolicyRules.sol";
import {Statement} from "../../../contracts/libraries/Statement.sol";

/// @title The statement and its public signals, for tests
contract StatementHarness {
    uint256[] private _policy;

    /// @notice Statement, opening claim and public signals of a segment under a policy, with a digest that is given.
    function publicSignals(
        ClassStart[] calldata classes,
        RuleBounds[] calldata rules,
        TileRange[] calldata ranges,
        Segment calldata segment,
        uint256 tierId,
        uint256 d1
    ) external returns (uint256[] memory values, uint256[3] memory signals) {
        _policy = PolicyRules.pack(classes, rules, ranges, 1 << 20);
        Constants.TierShape memory tier = Constants.tierShape(tierId);
        (values, ) = Statement.placeRules(_policy, segment, tier, new uint256[](_policy.length), 0);
        Statement.bind(values, Statement.Context(address(this), tierId, 0, 0, 0), segment, tier);
        values[0] = d1;
        signals = Statement.publicSignals(values, segment.h);
    }
}
