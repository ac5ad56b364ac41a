#include <shikumi/nn/report/environment.hpp>

#include <unistd.h>

#include <shikumi/autograd/kernels/threads.hpp>

#include "catch.hpp"

TEST_CASE("the environment names kernels and threads, but nobody", "[environment]") {
    std::string all;
    bool threads = false;
    for (const auto& [name, value] : shikumi::nn::environment()) {
        CHECK(!name.empty());
        CHECK(!value.empty());
        all += name + ": " + value + "\n";
        if (name == "threads") threads = value == std::to_string(shikumi::num_threads());
    }
    CHECK(threads);
    CHECK_THAT(all, shikumi_test::contains("processor: ") && shikumi_test::contains("OpenBLAS"));
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    const std::string name = host;
    if (name.size() > 5) CHECK(all.find(name) == std::string::npos);
}
