// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Constants} from "../generated/Constants.sol";
import {IDriftRegistry, RouteRecord} from "../interfaces/IDriftRegistry.sol";
import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {Ids} from "../libraries/Ids.sol";

/// @title Verifying keys of a registry
/// @notice Append-only. The owner, if there is one, can add keys and freeze them, and nothing else; without an owner
/// the keys are those that are there.
abstract contract Routes is IDriftRegistry, Ownable2Step {
    /// @notice The verifier of a tier's circuit.
    struct TierVerifier {
        uint256 tierId;
        IGroth16Verifier verifier;
    }

    /// @dev One slot.
    struct StoredRoute {
        address verifier;
        uint8 tierId;
        bool isFrozen;
    }

    mapping(bytes32 routeId => StoredRoute record) private _routes;
    mapping(uint256 tierId => bytes32[] routeIds) private _routesOfTier;

    /// @notice Adds the first verifying keys.
    /// @param owner_ Zero for a registry whose verifying keys are those of its construction, for good.
    /// @param tierVerifiers The first verifying keys.
    constructor(address owner_, TierVerifier[] memory tierVerifiers) Ownable(msg.sender) {
        _transferOwnership(owner_);
        for (uint256 i = 0; i < tierVerifiers.length; ++i) {
            _addRoute(tierVerifiers[i].tierId, tierVerifiers[i].verifier);
        }
    }

    /// @notice Adds a verifying key. Several keys of a tier stand side by side.
    /// @param tierId Number of the tier.
    /// @param verifier Its contract; says the key's hash.
    /// @return routeId Names the key in segments.
    function addRoute(uint256 tierId, IGroth16Verifier verifier) external onlyOwner returns (bytes32 routeId) {
        return _addRoute(tierId, verifier);
    }

    /// @notice Takes no more certificates with a verifying key, for good. Certificates that are registered stay.
    /// @param routeId Of the key.
    function freezeRoute(bytes32 routeId) external onlyOwner {
        _activeRoute(routeId);
        _routes[routeId].isFrozen = true;
        emit RouteFrozen(routeId);
    }

    /// @inheritdoc IDriftRegistry
    function route(bytes32 routeId) external view returns (RouteRecord memory record) {
        StoredRoute memory stored = _route(routeId);
        return RouteRecord({tierId: stored.tierId, verifier: stored.verifier, isFrozen: stored.isFrozen});
    }

    /// @inheritdoc IDriftRegistry
    function routesOf(uint256 tierId) external view returns (bytes32[] memory routeIds) {
        return _routesOfTier[tierId];
    }

    /// @dev Reverts for routes that are unknown or frozen.
    function _activeRoute(bytes32 routeId) internal view returns (uint256 tierId, IGroth16Verifier verifier) {
        StoredRoute memory stored = _route(routeId);
        if (stored.isFrozen) revert RouteIsFrozen(routeId);
        return (stored.tierId, IGroth16Verifier(stored.verifier));
    }

    function _route(bytes32 routeId) private view returns (StoredRoute memory stored) {
        stored = _routes[routeId];
        if (stored.verifier == address(0)) revert UnknownRoute(routeId);
    }

    function _addRoute(uint256 tierId, IGroth16Verifier verifier) private returns (bytes32 routeId) {
        Constants.tierShape(tierId); // reverts for an unknown tier
        if (address(verifier).code.length == 0) revert VerifierHasNoCode(tierId, address(verifier));
        bytes32 keyHash = verifier.verifyingKeyHash();
        routeId = Ids.routeId(tierId, keyHash);
        if (_routes[routeId].verifier != address(0)) revert RouteAlreadyAdded(routeId);
        _routes[routeId] = StoredRoute({verifier: address(verifier), tierId: uint8(tierId), isFrozen: false});
        _routesOfTier[tierId].push(routeId);
        emit RouteAdded(routeId, tierId, address(verifier), keyHash);
    }
}
