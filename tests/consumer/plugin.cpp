// A plugin, which a program loads while it runs.
#include <shikumi/shikumi.hpp>

extern "C" int product() {
    using namespace shikumi;
    const Tensor x = tensor({{1, 2}, {3, 4}});
    const Tensor slope = grad([](const Tensor& t) { return sum(t * t); })(x);
    if (slope.to_vector<int>() != std::vector<int>{2, 4, 6, 8}) return 0;
    return sum(matmul(x, x)).item<int>();  // 7 + 10 + 15 + 22
}
