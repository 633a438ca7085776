// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";
import {Rule, Segment} from "../interfaces/IDriftRegistry.sol";
import {RuleWords} from "../libraries/RuleWords.sol";
import {Statement} from "../libraries/Statement.sol";

/// @title The statement and its public signals, for tests
contract StatementHarness {
    uint256[] private _rules;

    /// @notice Statement, opening claim and public signals of a segment under rules, with a digest that is given.
    function publicSignals(
        Rule[] calldata rules,
        Segment calldata segment,
        uint256 tierId,
        uint256 d1
    ) external returns (uint256[] memory values, uint256[3] memory signals) {
        delete _rules;
        for (uint256 i = 0; i < rules.length; ++i) {
            _rules.push(RuleWords.pack(rules[i]));
        }
        Constants.TierShape memory tier = Constants.tierShape(tierId);
        (values, ) = Statement.placeRules(_rules, segment, tier, new uint256[](1));
        Statement.bind(values, Statement.Context(address(this), tierId, 0, 0, 0), segment, tier);
        values[0] = d1;
        signals = Statement.publicSignals(values, segment.h);
    }
}
