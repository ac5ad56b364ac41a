// GradBench's hello: the square of a number and its derivative.
#include "by_shikumi.hpp"
#include "differences.hpp"

using namespace shikumi;

namespace gradbench {

Problem hello(Size) {
    constexpr double number = 3.25;
    Problem problem{.name = "hello", .size = "one number"};
    const auto squared = [](const Tensor& x) { return x * x; };
    set_by_shikumi(problem, value_and_grad(squared), scalar(number, f64));
    problem.by_hand = [x = number] { return Derivatives{{x * x}, {2 * x}}; };
    problem.by_differences = [x = number] {
        return Derivatives{
            {x * x}, gradient_by_differences([](const Numbers& at) { return at[0] * at[0]; }, {x})};
    };
    return problem;
}

}  // namespace gradbench
