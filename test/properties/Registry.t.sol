// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {
    Ancestor,
    CertificateRecord,
    CertifyParams,
    ClassStart,
    Metadata,
    ModelParts,
    ModelRecord,
    RuleBounds,
    Segment,
    SrsPoints,
    Status,
    Step,
    TileRange
} from "../../contracts/interfaces/IDriftRegistry.sol";
import {Ids} from "../../contracts/libraries/Ids.sol";
import {G1Point, G2Point} from "../../contracts/interfaces/Points.sol";
import {RegistryWithoutProofs} from "../contracts/mocks/RegistryWithoutProofs.sol";
import {Properties} from "./Vm.sol";

/// @notice Does what users do, in any order, and remembers what must hold.
contract Users is Properties {
    struct Known {
        bytes32 id;
        bytes32 base;
        bytes32 tuned;
        bytes32 policyId;
        address publisher;
        uint40 registeredAt;
        uint40 expiresAt;
        bool isRevoked;
        bool isSuperseded;
    }

    uint256 private constant _ACTORS = 3;
    uint32 private constant _TILES = 4;

    RegistryWithoutProofs public immutable REGISTRY;
    bytes32 private immutable _SRS;
    uint256 private _time = 1_700_000_000;

    ModelParts[] public models;
    bytes32[] public modelIds;
    mapping(bytes32 modelId => bytes32 hash) public modelRecords;
    mapping(bytes32 modelId => bool) private _isKnown;
    Known[] private _certificates;
    uint256 public accepted;

    constructor(RegistryWithoutProofs registry) {
        REGISTRY = registry;
        _SRS = registry.srsId();
        VM.warp(_time);
        for (uint256 i = 0; i < 2; ++i) registerBase(i, false);
    }

    function actor(uint256 seed) public pure returns (uint256 key, address account) {
        key = 0xA11CE + (seed % _ACTORS);
        account = VM.addr(key);
    }

    function certificates() external view returns (Known[] memory) {
        return _certificates;
    }

    function modelCount() external view returns (uint256) {
        return modelIds.length;
    }

    function registerBase(uint256 seed, bool isRestricted) public {
        ModelParts memory parts = _parts(keccak256("manifest"), keccak256(abi.encode("root", seed % 4)));
        (, address sender) = actor(seed);
        VM.prank(sender);
        try REGISTRY.registerModel(_SRS, parts, isRestricted, "") returns (bytes32 id) {
            assert(!_isKnown[id]);
            _remember(id, parts);
        } catch {
            assert(_isKnown[_idOf(parts)]);
        }
    }

    function certify(uint256 seed, uint256 baseIndex, uint256 target, uint64 lifetime, uint256 bounds) external {
        ModelParts memory base = models[baseIndex % models.length];
        // One of a few roots, so that models are led to from several bases, and back.
        bytes32 root = keccak256(abi.encode("root", target % 12));
        if (root == base.merkleRoot) return;
        bytes32 baseId = _idOf(base);
        bytes32 policyId = _registerPolicy(base, bounds);
        uint40 expiresAt = lifetime % 3 == 0 ? 0 : uint40(block.timestamp + 1 + (lifetime % 1000));
        CertifyParams memory params = CertifyParams({
            base: base,
            policyId: policyId,
            tunedMerkleRoot: root,
            expiresAt: expiresAt,
            metadata: Metadata("", 0),
            segments: new Segment[](0)
        });
        (, address publisher) = actor(seed);
        bytes32 tunedId = _idOf(_parts(base.manifestHash, root));
        bytes32 id = _certificateId(publisher, baseId, tunedId, policyId);
        bool exists = _exists(id);
        bool mayDerive = REGISTRY.mayDerive(baseId, publisher);
        VM.prank(publisher);
        try REGISTRY.certify(params) returns (bytes32 actual) {
            assert(actual == id && !exists && mayDerive);
            ++accepted;
        } catch {
            assert(exists || !mayDerive);
            return;
        }
        _certificates.push(
            Known(id, baseId, tunedId, policyId, publisher, uint40(block.timestamp), expiresAt, false, false)
        );
        base.merkleRoot = root;
        if (!_isKnown[tunedId]) _remember(tunedId, base);
    }

    function revoke(uint256 seed, uint256 index) external {
        if (_certificates.length == 0) return;
        Known storage known = _certificates[index % _certificates.length];
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = known.id;
        (, address sender) = actor(seed);
        VM.prank(sender);
        try REGISTRY.revoke(ids, "") {
            assert(sender == known.publisher && !known.isRevoked);
            known.isRevoked = true;
        } catch {
            assert(sender != known.publisher || known.isRevoked);
        }
    }

    function revokeBySignature(uint256 signer, uint256 index, bool isForged) external {
        if (_certificates.length == 0) return;
        Known storage known = _certificates[index % _certificates.length];
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = known.id;
        (uint256 key, address account) = actor(signer);
        bytes memory signature = _signRevocation(key, known.publisher, ids, isForged);
        try REGISTRY.revokeFor(ids, "", known.publisher, type(uint256).max, signature) {
            assert(account == known.publisher && !known.isRevoked && !isForged);
            known.isRevoked = true;
        } catch {
            assert(account != known.publisher || known.isRevoked || isForged);
        }
    }

    function supersede(uint256 seed, uint256 oldIndex, uint256 newIndex) external {
        if (_certificates.length == 0) return;
        Known storage oldOne = _certificates[oldIndex % _certificates.length];
        Known storage newOne = _certificates[newIndex % _certificates.length];
        (, address sender) = actor(seed);
        bool isTheirs = sender == oldOne.publisher && sender == newOne.publisher;
        bool areActive = isActive(oldOne) && isActive(newOne) && oldOne.id != newOne.id;
        VM.prank(sender);
        try REGISTRY.supersede(oldOne.id, newOne.id) {
            assert(isTheirs && areActive);
            oldOne.isSuperseded = true;
        } catch {
            assert(!isTheirs || !areActive);
        }
    }

    function adopt(uint256 seed, uint256 index) external {
        if (_certificates.length == 0) return;
        Known storage known = _certificates[index % _certificates.length];
        (, address sender) = actor(seed);
        VM.prank(sender);
        try REGISTRY.adoptParent(known.publisher, known.policyId, known.tuned) {
            assert(isActive(known));
        } catch {}
    }

    function wait(uint256 time) external {
        _time += time % 500;
        VM.warp(_time);
    }

    function isActive(Known memory known) public view returns (bool) {
        bool isExpired = known.expiresAt != 0 && block.timestamp >= known.expiresAt;
        return !known.isRevoked && !known.isSuperseded && !isExpired;
    }

    function _signRevocation(
        uint256 key,
        address publisher,
        bytes32[] memory ids,
        bool isForged
    ) private view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "Revoke(address publisher,bytes32[] certificateIds,string reason,uint256 nonce,uint256 deadline)"
        );
        bytes32 idsHash = keccak256(abi.encodePacked(ids));
        uint256 nonce = REGISTRY.nonces(publisher) + (isForged ? 1 : 0);
        bytes32 reason = keccak256("");
        bytes32 request = keccak256(abi.encode(typeHash, publisher, idsHash, reason, nonce, type(uint256).max));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("DriftRegistry"),
                keccak256("2"),
                block.chainid,
                address(REGISTRY)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, request)));
        return abi.encodePacked(r, s, v);
    }

    function _registerPolicy(ModelParts memory base, uint256 bounds) private returns (bytes32 policyId) {
        RuleBounds[] memory rules = new RuleBounds[](1);
        rules[0] = RuleBounds(int16(int256(10 + (bounds % 2))), 0, 0, 0, uint64(bounds % 3), uint128(bounds % 5));
        TileRange[] memory ranges = new TileRange[](2);
        (ranges[0], ranges[1]) = (TileRange(0, 2, 0), TileRange(2, _TILES - 2, 0));
        try REGISTRY.registerPolicy(base, _classes(), rules, ranges) returns (bytes32 id) {
            return id;
        } catch {
            return keccak256(abi.encode(uint256(2), _idOf(base), rules, ranges));
        }
    }

    /// @dev Two classes, two bits apart.
    function _classes() private pure returns (ClassStart[] memory classes) {
        classes = new ClassStart[](2);
        (classes[0], classes[1]) = (ClassStart(0, 8), ClassStart(2, 10));
    }

    function _parts(bytes32 manifestHash, bytes32 root) private pure returns (ModelParts memory) {
        return ModelParts(4, _TILES, manifestHash, keccak256(abi.encode(_classes())), root);
    }

    function _remember(bytes32 id, ModelParts memory parts) private {
        _isKnown[id] = true;
        models.push(parts);
        modelIds.push(id);
        ModelRecord memory record = REGISTRY.model(id);
        record.parentCertificateId = 0;
        modelRecords[id] = keccak256(abi.encode(record));
    }

    function _exists(bytes32 id) private view returns (bool) {
        for (uint256 i = 0; i < _certificates.length; ++i) if (_certificates[i].id == id) return true;
        return false;
    }

    function _idOf(ModelParts memory parts) private view returns (bytes32) {
        return Ids.modelId(_SRS, parts, parts.merkleRoot);
    }

    function _certificateId(
        address publisher,
        bytes32 base,
        bytes32 tuned,
        bytes32 policyId
    ) private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(REGISTRY), publisher, base, tuned, policyId));
    }
}

contract RegistryTest is Properties {
    Users private _users;
    RegistryWithoutProofs private _registry;

    function setUp() external {
        SrsPoints memory srs = SrsPoints({
            tau1: G1Point(1, 2),
            blindingBase: G1Point(1, 2),
            tau2: G2Point({
                x: [
                    11559732032986387107991004021392285783925812861821192530917403151452391805634,
                    10857046999023057135944570762232829481370756359578518086990519993285655852781
                ],
                y: [
                    4082367875863433681332203403145435568316851327593401208105741076214120093531,
                    8495653923123431417604973247489272438418190587263600148770280649306958101930
                ]
            })
        });
        _registry = new RegistryWithoutProofs(srs);
        _users = new Users(_registry);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_users);
    }

    /// R1: certificates are what they were when they were registered, but for their status.
    function invariant_certificatesAreAppendOnly() external view {
        Users.Known[] memory all = _users.certificates();
        for (uint256 i = 0; i < all.length; ++i) {
            CertificateRecord memory record = _registry.certificate(all[i].id);
            assert(record.publisher == all[i].publisher);
            assert(record.registeredAt == all[i].registeredAt && record.expiresAt == all[i].expiresAt);
        }
    }

    /// R2: models are what they were when they were registered, but for their parent.
    function invariant_modelsAreAppendOnly() external view {
        for (uint256 i = 0; i < _users.modelCount(); ++i) {
            bytes32 id = _users.modelIds(i);
            ModelRecord memory record = _registry.model(id);
            record.parentCertificateId = 0;
            assert(keccak256(abi.encode(record)) == _users.modelRecords(id));
        }
    }

    /// R3: the status is what the publisher, or their signature, and time have made it; revoked is never valid again.
    function invariant_statusIsThePublishers() external view {
        Users.Known[] memory all = _users.certificates();
        for (uint256 i = 0; i < all.length; ++i) {
            Users.Known memory known = all[i];
            Status status = _registry.certificate(known.id).status;
            assert((status == Status.Revoked) == known.isRevoked);
            assert((status == Status.Active) == _users.isActive(known));
            if (known.isSuperseded && !known.isRevoked) assert(status == Status.Superseded);
            bool isCertified = _registry.isCertified(known.publisher, known.base, known.tuned, known.policyId);
            assert(isCertified == _users.isActive(known));
        }
    }

    /// L1: no model is its own ancestor, and every parent is by a certificate from that base to that model.
    function invariant_lineageIsAcyclic() external view {
        uint256 count = _users.modelCount();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 id = _users.modelIds(i);
            Ancestor[] memory up = _registry.ancestors(id, count + 1);
            assert(up.length < count);
            for (uint256 j = 0; j < up.length; ++j) {
                assert(up[j].modelId != id);
                _assertLeads(up[j], j == 0 ? id : up[j - 1].modelId);
            }
        }
    }

    /// L2: what is within a policy is so by active certificates alone; L3: and the two ways to ask agree.
    function invariant_withinIsByActiveCertificates() external view {
        Users.Known[] memory all = _users.certificates();
        for (uint256 i = 0; i < all.length; ++i) {
            Users.Known memory known = all[i];
            Step[] memory steps = new Step[](1);
            steps[0] = Step(known.publisher, known.policyId);
            bool isActive = _users.isActive(known);
            try _registry.isWithinBy(steps, known.tuned, known.policyId) returns (bool isWithin) {
                assert(isWithin && isActive);
            } catch {
                assert(!isActive);
            }
            bool isParent = _registry.model(known.tuned).parentCertificateId == known.id;
            if (isParent) assert(_registry.isWithin(known.tuned, known.base, known.policyId) == isActive);
        }
    }

    /// The walk is one that does something.
    function afterInvariant() external view {
        assert(_users.modelCount() >= 2);
    }

    function _assertLeads(Ancestor memory up, bytes32 tuned) private view {
        Users.Known[] memory all = _users.certificates();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].id != up.certificateId) continue;
            assert(all[i].base == up.modelId && all[i].tuned == tuned && all[i].policyId == up.policyId);
            return;
        }
        assert(false);
    }
}
