// Catch2 v2's main. With v3 the package brings it and this file is left out.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
