pragma circom 2.2.0;

// Generated from src/protocol by scripts/generate-constants.ts. Do not edit.

function POSEIDON_RATE() {
    return 16;
}

function RESIDUAL_SQ_BITS() {
    return 100;
}

function NONZEROS_BITS() {
    return 40;
}

function MAX_SHIFT() {
    return 40;
}

function UNIT_BITS() {
    return 5;
}

function NANO_DOMAIN() {
    return 21643856033897534925953734325096437191248525277217831415128059290690758588573;
}

function NANO_T() {
    return 4;
}

function NANO_MU() {
    return 4;
}

function NANO_MAX_RULES() {
    return 4;
}

function NANO_MAX_RANK_RULES() {
    return 2;
}

function NANO_MAX_RANK() {
    return 2;
}

function SMALL_DOMAIN() {
    return 10262302788882801967063427602911285565703520541355429843604466860062944821283;
}

function SMALL_T() {
    return 7;
}

function SMALL_MU() {
    return 4;
}

function SMALL_MAX_RULES() {
    return 4;
}

function SMALL_MAX_RANK_RULES() {
    return 2;
}

function SMALL_MAX_RANK() {
    return 4;
}

function MEDIUM_DOMAIN() {
    return 21350107103179067279404427949532723265929245426948279996197968337525639930379;
}

function MEDIUM_T() {
    return 8;
}

function MEDIUM_MU() {
    return 6;
}

function MEDIUM_MAX_RULES() {
    return 8;
}

function MEDIUM_MAX_RANK_RULES() {
    return 4;
}

function MEDIUM_MAX_RANK() {
    return 8;
}

function LARGE_DOMAIN() {
    return 19926303842862194853883256107855066149737336737077618509277990902274745770612;
}

function LARGE_T() {
    return 10;
}

function LARGE_MU() {
    return 8;
}

function LARGE_MAX_RULES() {
    return 32;
}

function LARGE_MAX_RANK_RULES() {
    return 24;
}

function LARGE_MAX_RANK() {
    return 16;
}
