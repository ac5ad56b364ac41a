// Compiled once for all tests: reading these headers would take a third of their compile time.
// A test includes what it uses all the same; the clang preset compiles each without this file.
#include "catch.hpp"

#include <shikumi/shikumi.hpp>
