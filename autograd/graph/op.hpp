// Op: an operation. Three of its families (the fourth is MultiOutput), and how one is recorded.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/kernels/block.hpp>
#include <shikumi/autograd/kernels/prepared.hpp>
#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi {

/// The specs of an operation's inputs, wherever they lie.
class Specs {
public:
    /// A list of pointers, which must outlive this one.
    template <std::convertible_to<std::span<const Spec* const>> Pointers>
    constexpr Specs(const Pointers& specs) noexcept : specs_(specs) {}
    /// Number of inputs.
    constexpr std::size_t size() const noexcept { return specs_.size(); }
    /// The spec of input `i`.
    constexpr const Spec& operator[](std::size_t i) const noexcept { return *specs_[i]; }
    /// Those of the first `n` inputs.
    constexpr Specs first(std::size_t n) const noexcept { return specs_.first(n); }
    /// Those of the inputs from number `first` on.
    constexpr Specs subspan(std::size_t first) const noexcept { return specs_.subspan(first); }

private:
    std::span<const Spec* const> specs_;
};
/// Tensors side by side: an operation's inputs, or their tangents.
using Tensors = std::span<const Tensor>;
/// The values of an operation's inputs.
using ConstViews = std::span<const ConstView>;

/// An operation's inputs for all examples of a batch: what a batching rule works with. A mapped
/// input has a first axis of the batch's size, with one example after the other; the rest is the
/// same for every example.
class MappedInputs {
public:
    /// `mapped` has an element for each input; there is at least one example. Both lists must
    /// outlive this one.
    MappedInputs(Tensors inputs, const std::vector<bool>& mapped, Index size) noexcept
        : inputs_(inputs), mapped_(mapped), size_(size) {}
    /// Number of examples.
    Index size() const noexcept { return size_; }
    /// All inputs.
    Tensors inputs() const noexcept { return inputs_; }
    /// Input `i` as it is, with the first axis or without it.
    const Tensor& operator[](std::size_t i) const noexcept { return inputs_[i]; }
    /// Whether input `i` has the first axis.
    bool mapped(std::size_t i) const noexcept { return mapped_[i]; }
    /// The number of axes of one example's input `i`.
    int rank(std::size_t i) const { return inputs_[i].rank() - (mapped_[i] ? 1 : 0); }
    /// Input `i` with the first axis: repeated along it where it is the same for every example.
    Tensor whole(std::size_t i) const;
    /// `whole(i)` with its first two axes joined: for an operation that has a batch of its own.
    Tensor joined(std::size_t i) const;
    /// Input `i` for an operation that broadcasts examples of at most `rank` axes: where it is
    /// mapped, axes of size 1 behind the first one give its examples so many.
    Tensor aligned(std::size_t i, int rank) const;
    /// The reverse of `joined` for a result: its first axis cut into the examples and their own.
    Tensor parted(const Tensor& result) const;

private:
    Tensors inputs_;
    const std::vector<bool>& mapped_;
    Index size_;
};

class Op;

namespace detail {

template <class O, class Base = Op>  // which is not complete yet
concept WithoutAttributes = sizeof(O) == sizeof(Base);
// An inherited operator== would not see the attributes of O.
template <class O>
concept ComparesAttributes = requires {
    static_cast<bool (O::*)(const O&) const>(&O::operator==);
};

/// An operation that can be kept and found again by its attributes: where it has any, it declares
/// `bool operator==(const O&) const = default`.
template <class O>
concept Recordable = requires {
    requires std::derived_from<O, Op>;
    requires WithoutAttributes<O> || ComparesAttributes<O>;
};

template <Recordable O>
const Op& interned(O&& op);

/// Part of an operation whose attributes are functions: nobody looks for an equal one, and it lives
/// no longer than its nodes.
struct Unshared {
    bool operator==(const Unshared&) const = default;
};

}  // namespace detail

/// An immutable operation: what it checks, what it computes, and its derivative, written in
/// operations. Derive from Pointwise, Multilinear, General or MultiOutput. Rules may return a
/// gradient of the output's shape for an input that was broadcast: the engine sums it down.
class Op {
public:
    /// How the evaluator runs an operation.
    enum class Form : std::uint8_t {
        kernel,     ///< by `eval`
        pointwise,  ///< block by block, fused with its neighbours
        view,       ///< not at all: the input's values under the output's shape
        broadcast,  ///< not at all where a pointwise operation reads it, else by `eval`
    };

    virtual ~Op() = default;
    Op() = default;
    /// A copy starts its own count.
    Op(const Op&) noexcept {}
    Op& operator=(const Op&) = delete;
    /// Two operations of one type are equal where the type has no attributes. This lets operations
    /// with attributes default their own `operator==`; there is none for those that don't.
    template <detail::WithoutAttributes O>
    friend bool operator==(const O&, const O&) noexcept {
        return true;
    }

    /// The name in errors, profiles and drawings.
    virtual std::string_view name() const noexcept = 0;
    /// Checks shapes and dtypes of the inputs and gives those of the output. Throws ShapeError,
    /// DTypeError, ValueError.
    virtual Spec infer(Specs in) const = 0;
    /// Computes `out` from the inputs' values.
    virtual void eval(ConstViews in, View out) const = 0;
    /// A kernel that does what `eval` does for inputs and an output like these, with all worked out
    /// that follows from shapes and dtypes. Empty where that gains nothing.
    virtual kernels::Prepared prepare(Specs in, const Spec& out) const;
    /// The cotangent of input `i`, given the output's: an undefined Tensor for zero.
    virtual Tensor vjp(int i, Tensors in, const Tensor& out, const Tensor& cotangent) const = 0;
    /// The output's tangent, given the inputs' (undefined where zero). An undefined result asks
    /// the engine to work it out from `vjp`.
    virtual Tensor jvp(Tensors in, const Tensor& out, Tensors tangents) const = 0;
    /// The results for all examples of a batch along a new first axis: the batching rule. An
    /// undefined result asks `vmap` to apply the operation to one example after the other. A
    /// pointwise operation needs no rule.
    virtual Tensor batched(const MappedInputs& in) const;
    /// How the evaluator runs it.
    virtual Form form() const noexcept { return Form::kernel; }
    /// Of a Form::view: where its values begin among those of the first input, in bytes. A multiple
    /// of Buffer::alignment.
    virtual std::size_t view_offset(Specs in) const noexcept;
    /// True where `eval` may throw on the values: such a step runs before any weight is changed.
    virtual bool can_fail() const noexcept { return false; }
    /// True where `out` of `eval` may be the memory of the first input.
    virtual bool in_place() const noexcept { return false; }
    /// How many numbers `eval` works out on its way, for a Profile: additions and multiplications
    /// counted each, a function such as exp as one. 0 where values are only moved.
    virtual double flops(Specs in, const Spec& out) const noexcept;

    /// Adds a count, as each node holds one.
    void retain() const noexcept {
        if (counted_ != 0) count_.fetch_add(1, std::memory_order_relaxed);
    }
    /// Gives a count back; the last one destroys the operation.
    void release() const noexcept {
        if (counted_ != 0 && count_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

private:
    template <detail::Recordable O>
    friend const Op& detail::interned(O&& op);
    mutable std::atomic<std::int32_t> count_{1};
    // As wide as the padding: an operation's size tells whether it has attributes.
    std::int32_t counted_ = 0;
};

/// An operation on each element alone. It states the partial derivatives and the engine multiplies;
/// or it states the products itself, where those are simpler.
class Pointwise : public Op {
public:
    /// Form::pointwise.
    Form form() const noexcept final { return Form::pointwise; }
    /// Its arithmetic on blocks of elements of these dtypes.
    virtual kernels::BlockKernel kernel(Specs in) const = 0;
    /// d(out)/d(in[i]) as a tensor, or as a scalar where it is constant; undefined for zero.
    virtual Tensor partial(int i, Tensors in, const Tensor& out) const;
    /// g · d(out)/d(in[i]), undefined for zero: by `partial`, unless it is overridden.
    virtual Tensor times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const;

    /// One pass over the whole array, every input having the output's shape.
    void eval(ConstViews in, View out) const final;
    double flops(Specs in, const Spec& out) const noexcept final;
    Tensor vjp(int i, Tensors in, const Tensor& out, const Tensor& cotangent) const final;
    Tensor jvp(Tensors in, const Tensor& out, Tensors tangents) const final;
};

/// An operation that is linear in each of its floating inputs. It states its adjoint; forward mode
/// applies the operation itself to the tangents.
class Multilinear : public Op {
public:
    /// The cotangent of input `i`. `in[i]` gives its shape only.
    virtual Tensor adjoint(int i, Tensors in, const Tensor& cotangent) const = 0;

    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& cotangent) const final {
        return adjoint(i, in, cotangent);
    }
    Tensor jvp(Tensors in, const Tensor& out, Tensors tangents) const final;
};

/// Any other operation of one output: it states its vjp, and its jvp where that is cheaper than the
/// derivative of the vjp by the cotangent.
class General : public Op {
public:
    /// Undefined, so that the engine works it out from `vjp`.
    Tensor jvp(Tensors, const Tensor&, Tensors) const override { return {}; }
};

namespace detail {
/// Takes over a count of `op`; takes handles of its own on `in`.
template <std::size_t inputs>
requires(inputs <= 3) Tensor record(const Op& op, const std::array<const Node*, inputs>& in);
Tensor record(const Op& op, std::span<const Node* const> in);

/// The one instance of an operation without attributes, or one of the first few with others, which
/// are kept for good; else a recent equal one (so that a repeated step allocates nothing), or a new
/// one. The caller gets a count.
/// An operation that is never destroyed: nodes in static objects outlive any order.
template <class O>
union Lasting {
    constexpr Lasting() : op() {}
    ~Lasting() {}
    O op;
};

/// The latest operations of one type that a thread has recorded.
struct RecentOps {
    RecentOps() = default;
    ~RecentOps() {
        for (const Op* op : ops) {
            if (op) op->release();
        }
    }
    RecentOps(const RecentOps&) = delete;
    RecentOps& operator=(const RecentOps&) = delete;
    /// Keeps `op` in the place of the oldest one.
    void add(const Op& op) noexcept {
        op.retain();
        if (const Op* old = std::exchange(ops[next++ % ops.size()], &op)) old->release();
    }

    std::array<const Op*, 32> ops{};
    unsigned next = 0;
};
/// This thread's, of the type that this address stands for; null once the thread has ended.
RecentOps* recent_ops(const void* type);

template <Recordable O>
const Op& interned(O&& op) {
    using Type = std::remove_cvref_t<O>;
    if constexpr (WithoutAttributes<Type>) {
        static const Lasting<Type> instance;
        return instance.op;
    } else if constexpr (std::derived_from<Type, Unshared>) {
        auto* fresh = new Type(std::forward<O>(op));
        static_cast<Op*>(fresh)->counted_ = 1;
        return *fresh;
    } else {
        // Nobody counts these. Leaked: nodes in static objects outlive any order.
        static std::array<std::atomic<const Type*>, 16> first{};
        for (std::atomic<const Type*>& place : first) {
            const Type* known = place.load(std::memory_order_acquire);
            if (!known) {
                auto fresh = std::make_unique<const Type>(op);
                if (place.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel))
                    return *fresh.release();
            }
            if (*known == op) return *known;
        }
        RecentOps* const recent = recent_ops(&first);
        if (recent) {
            for (const Op* o : recent->ops) {
                if (o && *static_cast<const Type*>(o) == op) {
                    o->retain();
                    return *static_cast<const Type*>(o);
                }
            }
        }
        auto* fresh = new Type(std::forward<O>(op));
        static_cast<Op*>(fresh)->counted_ = 1;
        if (recent) recent->add(*fresh);
        return *fresh;
    }
}

}  // namespace detail

/// Adds a node: `op` applied to `in`. Checks them first (`infer`), computes nothing. An operation
/// with attributes has a defaulted `operator==` over them.
template <detail::Recordable O, std::same_as<Tensor>... T>
Tensor record(O&& op, const T&... in) {
    return detail::record(detail::interned(std::forward<O>(op)), std::array{in.node()...});
}
/// Adds a node of any number of inputs, up to 255.
template <detail::Recordable O>
Tensor record(O&& op, Tensors in) {
    std::vector<const Node*> inputs;
    for (const Tensor& t : in) inputs.push_back(t.node());
    return detail::record(detail::interned(std::forward<O>(op)), inputs);
}

// ---- shape rules that many operations share -----------------------------------------------------

/// The common dtype of the inputs. Throws DTypeError naming `op` where they differ.
DType common_dtype(std::string_view op, Specs in);
/// Broadcast shape and common dtype of the inputs. Throws ShapeError or DTypeError naming `op`.
Spec pointwise_spec(std::string_view op, Specs in);
/// `pointwise_spec` that takes f32 and f64 only. Throws ShapeError or DTypeError naming `op`.
Spec floating_spec(std::string_view op, Specs in);
/// `pointwise_spec` that takes every dtype but bool. Throws ShapeError or DTypeError naming `op`.
Spec numeric_spec(std::string_view op, Specs in);

namespace detail {
class Trace;

/// What holds for the operations that a thread records.
struct RecordingState {
    bool no_grad = false;
    bool eager = false;
    const std::string* scope = nullptr;
    Trace* trace = nullptr;
    /// Under `Eager`: evaluates a fresh node in place of `evaluate`.
    void (*evaluate)(const Tensor& fresh) = nullptr;
};
extern thread_local constinit RecordingState recording;
}  // namespace detail

/// While it lives, operations recorded on this thread are constants to differentiation.
class NoGrad {
public:
    NoGrad() noexcept : before_(std::exchange(detail::recording.no_grad, true)) {}
    ~NoGrad() { detail::recording.no_grad = before_; }
    NoGrad(const NoGrad&) = delete;
    NoGrad& operator=(const NoGrad&) = delete;

private:
    bool before_;
};

/// While it lives, operations recorded on this thread are evaluated at once: for debugging.
class Eager {
public:
    Eager() noexcept : before_(std::exchange(detail::recording.eager, true)) {}
    ~Eager() { detail::recording.eager = before_; }
    Eager(const Eager&) = delete;
    Eager& operator=(const Eager&) = delete;
    /// True while one lives on this thread.
    static bool active() noexcept { return detail::recording.eager; }

private:
    bool before_;
};

/// While it lives, operations recorded on this thread belong to the scope `name` (a layer): errors
/// at evaluation name it.
class Scope {
public:
    /// The full name that a scope had where it was opened last.
    struct Known {
        const std::string* outer = nullptr;  ///< the scope around it
        const std::string* path = nullptr;   ///< its full name
    };
    /// Opens the scope `name` inside the current one.
    explicit Scope(std::string_view name);
    /// Opens the scope of something recorded before, to which its derivative belongs, too.
    explicit Scope(const std::string* path) noexcept
        : before_(std::exchange(detail::recording.scope, path ? path : current())) {}
    /// Opens the scope `name` without looking its full name up again where `known` holds it.
    Scope(std::string_view name, Known& known);
    ~Scope() { detail::recording.scope = before_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    /// The full name of the scope around; null where there is none.
    static const std::string* current() noexcept { return detail::recording.scope; }

private:
    const std::string* before_;
};

}  // namespace shikumi
