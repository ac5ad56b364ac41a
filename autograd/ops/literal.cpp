#include <array>
#include <bit>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>

namespace shikumi::detail {

namespace {

// A step uses the same few numbers again and again. One node serves all uses of a number; this is
// not observable, since a literal is never a result.
class Literals {
public:
    Literals() = default;
    ~Literals() {
        for (const Entry& e : entries_) keep_nodes(e.node.defined() ? -1 : 0);
    }
    Literals(const Literals&) = delete;
    Literals& operator=(const Literals&) = delete;

    const Tensor& of(Scalar value, DType dtype) {
        const auto bits = is_floating(dtype) ? std::bit_cast<std::uint64_t>(value.to<double>())
                                             : static_cast<std::uint64_t>(value.to<std::int64_t>());
        Entry& e = entries_[(bits * 0x9E3779B97F4A7C15U >> 58) ^ static_cast<unsigned>(dtype)];
        if (e.bits != bits || !e.node.defined() || e.node.dtype() != dtype) {
            Tensor fresh = scalar(value, dtype);
            keep_nodes(e.node.defined() ? 0 : 1);
            e = {bits, std::move(fresh)};
        }
        return e.node;
    }

private:
    struct Entry {
        std::uint64_t bits = 0;
        Tensor node;
    };
    std::array<Entry, 64> entries_;
};

}  // namespace

Tensor literal(std::string_view op, Scalar value, DType dtype) {
    if (!is_floating(dtype)) {
        if (!value.is_integer())
            fail<DTypeError>(op, "the real number ", value.to<double>(), " meets a tensor of ",
                             dtype, "; cast the tensor first, e.g. x.cast(f32)");
        const auto whole = value.to<std::int64_t>();
        const auto kept =
            dispatch(dtype, [&]<class T>() { return static_cast<std::int64_t>(value.to<T>()); });
        if (kept != whole)
            fail<DTypeError>(op, "the number ", whole, " does not fit into ", dtype,
                             ", the tensor's dtype; cast the tensor first, e.g. x.cast(i64)");
    }
    static thread_local Literals literals;
    return literals.of(value, dtype);
}

}  // namespace shikumi::detail
