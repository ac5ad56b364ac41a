// Compiled once for all tests: reading these headers would take half of their compile time. A test
// includes what it uses all the same.
#include "catch.hpp"

#include <shikumi/shikumi.hpp>
