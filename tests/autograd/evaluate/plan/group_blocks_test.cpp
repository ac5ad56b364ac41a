// A group's block size and scratch memory.
#include <shikumi/autograd/evaluate/plan/group_blocks.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

void none(Index, void*, const void*, const void*, const void*) {}

Instruction unary(std::uint32_t in, std::uint32_t out) {
    return {.kernel = none, .in = {in}, .out = out, .count = 1};
}

// A chain of this many operations from one array to another.
FusionGroup chain(Plan& plan, std::uint32_t length, Index size) {
    FusionGroup group{.size = size, .values = length + 1, .instructions = length};
    for (std::uint32_t v = 0; v <= length; ++v)
        plan.values.push_back({.slot = v == 0 || v == length ? v : no_slot, .element = 4});
    for (std::uint32_t k = 0; k < length; ++k) plan.instructions.push_back(unary(k, k + 1));
    return group;
}

}  // namespace

TEST_CASE("a block is 4 KiB of the widest element, and a whole small array") {
    Plan plan;
    FusionGroup group = chain(plan, 2, 100'000);
    shape_blocks(plan, group);
    CHECK(group.block == 1024);
    CHECK_FALSE(group.single_block);
    CHECK(group.scratch_bytes == 4096);
    plan.values[1].element = 8;
    shape_blocks(plan, group);
    CHECK(group.block == 512);
    group.size = 100;
    shape_blocks(plan, group);
    CHECK(group.block == 100);
    CHECK(group.single_block);
}

TEST_CASE("a block has whole rows if a row is repeated") {
    Plan plan;
    FusionGroup group = chain(plan, 2, 100 * 300);
    plan.broadcasts.push_back(
        {.element = 4, .rank = 2, .sizes = {100, 300}, .moves = {false, true}});
    group.broadcasts = 1;
    shape_blocks(plan, group);
    CHECK(group.block == 900);
    CHECK(plan.broadcasts[0].constant);
    plan.broadcasts[0].moves = {true, false};  // a column
    shape_blocks(plan, group);
    CHECK(group.block == 1024);
    CHECK_FALSE(plan.broadcasts[0].constant);
}

TEST_CASE("intermediate values share scratch memory") {
    Plan plan;
    FusionGroup group = chain(plan, 5, 100'000);
    place_scratch(plan, group);
    CHECK(group.scratch_blocks == 1);  // each overwrites the one before
}

TEST_CASE("a value keeps its block until it is read last") {
    Plan plan;
    FusionGroup group = chain(plan, 3, 100'000);
    plan.instructions[2] = {.kernel = none, .in = {1, 2}, .out = 3, .count = 2};
    place_scratch(plan, group);
    CHECK(group.scratch_blocks == 2);
    CHECK(plan.values[1].scratch != plan.values[2].scratch);
}

TEST_CASE("a value of another element size doesn't overwrite its input") {
    Plan plan;
    FusionGroup group = chain(plan, 3, 100'000);
    plan.values[2].element = 8;
    place_scratch(plan, group);
    CHECK(plan.values[1].scratch != plan.values[2].scratch);
}
