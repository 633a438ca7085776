import {
  FQ_ORDER,
  FR_ORDER,
  MAX_SHIFT,
  NONZEROS_BITS,
  POSEIDON_RATE,
  PROTOCOL_VERSION,
  RESIDUAL_SQ_BITS,
  UNIT_BITS,
} from "../src/protocol/constants.js";
import { TIER_NAMES, TIERS, type Tier } from "../src/protocol/tiers.js";
import { domainSeparator } from "../src/argument/transcript/domain.js";
import type { GeneratedFiles } from "./generated-files.js";

const ORIGIN = "Generated from src/protocol by scripts/generate-constants.ts. Do not edit.";

/** circom has no global constants: one function each. */
function circomFunction(name: string, value: number | bigint): string {
  return `function ${name}() {\n    return ${value};\n}\n`;
}

function circomTier(tier: Tier): string {
  const prefix = tier.name.toUpperCase();
  return [
    circomFunction(`${prefix}_DOMAIN`, domainSeparator(tier)),
    circomFunction(`${prefix}_T`, tier.t),
    circomFunction(`${prefix}_MU`, tier.mu),
    circomFunction(`${prefix}_MAX_RULES`, tier.maxRules),
    circomFunction(`${prefix}_MAX_RANK_RULES`, tier.maxRankRules),
    circomFunction(`${prefix}_MAX_RANK`, tier.maxRank),
  ].join("\n");
}

function circomConstants(): string {
  return [
    `pragma circom 2.2.0;\n\n// ${ORIGIN}\n`,
    circomFunction("POSEIDON_RATE", POSEIDON_RATE),
    circomFunction("RESIDUAL_SQ_BITS", RESIDUAL_SQ_BITS),
    circomFunction("NONZEROS_BITS", NONZEROS_BITS),
    circomFunction("MAX_SHIFT", MAX_SHIFT),
    circomFunction("UNIT_BITS", UNIT_BITS),
    ...TIER_NAMES.map((name) => circomTier(TIERS[name])),
  ].join("\n");
}

function circomMain(tier: Tier): string {
  const prefix = tier.name.toUpperCase();
  return `pragma circom 2.2.0;

// ${ORIGIN}

include "../generated/constants.circom";
include "../lib/segment-verifier.circom";

component main {public [h, eta, v]} = SegmentVerifier(
    ${prefix}_DOMAIN(),
    ${prefix}_T(),
    ${prefix}_MU(),
    ${prefix}_MAX_RULES(),
    ${prefix}_MAX_RANK_RULES(),
    ${prefix}_MAX_RANK()
);
`;
}

function solidityTier(tier: Tier): string {
  const entries = [
    `t: ${tier.t}`,
    `mu: ${tier.mu}`,
    `maxRules: ${tier.maxRules}`,
    `maxRankRules: ${tier.maxRankRules}`,
    `maxRank: ${tier.maxRank}`,
  ];
  return `        if (id == ${tier.name.toUpperCase()}) {
            return TierShape({${entries.join(", ")}});
        }
`;
}

function solidityConstants(): string {
  const ids = TIER_NAMES.map((name) => {
    const tier = TIERS[name];
    return `    /// @dev Tier \`${name}\`.\n    uint256 internal constant ${name.toUpperCase()} = ${tier.id};\n`;
  }).join("\n");
  return `// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

// ${ORIGIN}

/// @title The protocol's constants
library Constants {
    /// @dev Version of the statement, transcript and circuits.
    uint256 internal constant PROTOCOL_VERSION = ${PROTOCOL_VERSION};

    /// @dev Order of BN254's scalar field.
    uint256 internal constant FR_ORDER = ${FR_ORDER};

    /// @dev Order of BN254's base field.
    uint256 internal constant FQ_ORDER = ${FQ_ORDER};

    /// @dev \`maxResidualSq\` is below 2^RESIDUAL_SQ_BITS.
    uint256 internal constant RESIDUAL_SQ_BITS = ${RESIDUAL_SQ_BITS};

    /// @dev \`maxNonzeros\` is below 2^NONZEROS_BITS.
    uint256 internal constant NONZEROS_BITS = ${NONZEROS_BITS};

    /// @dev Largest \`shift\` of a rank rule.
    uint256 internal constant MAX_SHIFT = ${MAX_SHIFT};

    /// @dev Bits of a tile's unit exponent \`c\`: its squares count \`4^c\` in its rule's sum.
    uint256 internal constant UNIT_BITS = ${UNIT_BITS};

${ids}
    /// @dev Shape of a tier: tiles of side 2^t, 2^mu leaf slots of which three are not for tiles, places for
    /// maxRules rules, the first maxRankRules of them for rank rules, ranks up to maxRank (a power of two).
    struct TierShape {
        uint256 t;
        uint256 mu;
        uint256 maxRules;
        uint256 maxRankRules;
        uint256 maxRank;
    }

    error UnknownTier(uint256 id);

    /// @dev The shape of a tier. Reverts with \`UnknownTier\`.
    function tierShape(uint256 id) internal pure returns (TierShape memory) {
${TIER_NAMES.map((name) => solidityTier(TIERS[name])).join("")}        revert UnknownTier(id);
    }
}
`;
}

/** The constants of circom and Solidity, from `src/protocol/`. */
export function constantsFiles(): GeneratedFiles {
  return new Map([
    ["circuits/generated/constants.circom", circomConstants()],
    ...TIER_NAMES.map((name): [string, string] => [`circuits/main/${name}.circom`, circomMain(TIERS[name])]),
    ["contracts/generated/Constants.sol", solidityConstants()],
  ]);
}
