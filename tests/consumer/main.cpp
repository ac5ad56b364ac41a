// A minimal user of headers, library and data sets.
#include <shikumi/shikumi.hpp>

#include <iostream>

int main() {
    using namespace shikumi;
    const Tensor x = tensor({{1, 2}, {3, 4}});
    const float product = sum(matmul(x, x)).item<float>();  // 7 + 10 + 15 + 22
    const float slope = grad([](const Tensor& t) { return t * t; })(scalar(3.0)).item<float>();
    const auto flowers = datasets::iris().features.shape().front();
    std::cout << product << ' ' << slope << ' ' << flowers << '\n';
    return product == 54 && slope == 6 && flowers == 150 ? 0 : 1;
}
