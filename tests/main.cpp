// Catch2 v2's main. Catch2 v3 has its own, and this file is left out.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
