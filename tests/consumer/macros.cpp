// Function-like macros that other libraries define: the headers must not call functions of these
// names.
#define min(a, b) (macro)
#define max(a, b) (macro)
#define isnan(x) (macro)
#define isinf(x) (macro)
#define isfinite(x) (macro)
#define signbit(x) (macro)
#define check(x) (macro)
#define major(x) (macro)
#define minor(x) (macro)
#define require(x) (macro)
#define verify(x) (macro)
#include <shikumi/shikumi.hpp>

int main() {
    const shikumi::Tensor x = shikumi::tensor({1, 2});
    return (shikumi::max)(x).item<int>() - (shikumi::min)(x).item<int>();
}
