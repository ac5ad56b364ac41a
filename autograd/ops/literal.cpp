#include <array>
#include <cstring>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/memory/thread_object.hpp>
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

    // The number `value`, which has these bits as an element of the dtype.
    const Tensor& of(std::uint64_t bits, Scalar value, DType dtype) {
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

[[noreturn]] void refuse(std::string_view op, Scalar value, DType dtype) {
    if (!value.is_integer())
        fail<DTypeError>(op, "the real number ", to_string(value), " meets a tensor of ", dtype,
                         "; cast the tensor first, e.g. x.cast(f32)");
    fail<DTypeError>(op, "the number ", to_string(value), " does not fit into ", dtype,
                     ", the tensor's dtype; cast the tensor first, e.g. x.cast(",
                     value.fits<std::int64_t>() ? i64 : f64, ")");
}

}  // namespace

Tensor literal(std::string_view op, Scalar value, DType dtype) {
    const std::uint64_t bits = dispatch(dtype, [&]<class T>() {
        if constexpr (!std::is_floating_point_v<T>) {
            if (!value.is_integer() || !value.fits<T>()) refuse(op, value, dtype);
        }
        const T element = value.to<T>();
        std::uint64_t word = 0;
        std::memcpy(&word, &element, sizeof element);
        return word;
    });
    Literals* const literals = thread_object<Literals>();
    return literals ? literals->of(bits, value, dtype) : scalar(value, dtype);
}

}  // namespace shikumi::detail
