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

function NANO_DOMAIN() {
    return 17280333379144952687387411282537039081476339492436873317305735681440225849696;
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
    return 6672862666015937568724875892464551285512780824634027736171830416118807336535;
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
    return 7692452918698745534562356281607856924872533340385871131491817713532309235355;
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
    return 8908322948774814839656746481908926451417326599755604247584291226063729965083;
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
