#include <shikumi/nn/layer.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/nn/session.hpp>

namespace shikumi::nn {

namespace {

std::string demangled(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
    return status == 0 ? text.get() : type.name();
}

// "ns::Pair<a::B>" → "Pair".
std::string last_component(std::string name) {
    if (!name.empty() && name.back() == '>') {
        int depth = 0;
        std::size_t i = name.size();
        do {
            --i;
            depth += name[i] == '>' ? 1 : name[i] == '<' ? -1 : 0;
        } while (depth > 0 && i > 0);
        name.resize(i);
    }
    const std::size_t colon = name.rfind(':');
    return colon == std::string::npos ? name : name.substr(colon + 1);
}

void check_floating(DType dtype) {
    if (!is_floating(dtype)) fail<DTypeError>("layer", "weights are f32 or f64, got ", dtype);
}

}  // namespace

Shape batch_of(Index count, const Shape& sample) {
    Shape::Sizes sizes;
    sizes.push_back(count);
    for (const Index n : sample.sizes()) sizes.push_back(n);
    return Shape(std::span<const Index>(sizes));
}

Layer::Layer(const LayerOptions& options)
    : name_(options.name), dtype_(options.dtype), input_shape_(options.input_shape) {
    check_floating(dtype_);
}

template <class F>
auto Layer::inside(F&& f) {
    const Scope scope(name());
    try {
        return f();
    } catch (Error& e) {
        const std::string number = position_ > 0 ? std::to_string(position_) + " " : "";
        e.add_context(sentence("in layer ", number, "'", name(), "' (", config(), ")"));
        throw;
    }
}

void Layer::build(const Spec&) {}

Tensor Layer::operator()(const Tensor& x, Mode mode) {
    if (!built_) ensure_built(x.spec());
    return inside([&] {
        if (!weights_.empty() && x.dtype() != dtype_) {
            fail<DTypeError>(name(), "takes ", dtype_, ", got ", x.spec(), ": cast it with x.cast(",
                             dtype_, ")",
                             is_floating(x.dtype())
                                 ? sentence(", or make the layer with {.dtype = ", x.dtype(), "}")
                                 : std::string());
        }
        return call(x, mode);
    });
}

void Layer::ensure_built(const Spec& input) {
    if (built_) return;
    inside([&] {
        try {
            build(input);
        } catch (...) {
            weights_.clear();
            throw;
        }
    });
    built_ = true;
}

const std::string& Layer::name() const {
    if (name_.empty()) name_ = next_name(class_name());
    return name_;
}

void Layer::set_default_name(std::string_view name) {
    if (name_.empty()) name_ = name;
}

std::string Layer::class_name() const { return last_component(demangled(typeid(*this))); }

Index Layer::count_params() const {
    Index n = 0;
    for (const Parameter& w : weights_) n += w.size();
    return n;
}

void Layer::set_dtype(DType dtype) {
    if (built_) fail<StateError>(name(), "is built: its weights are ", dtype_);
    check_floating(dtype);
    dtype_ = dtype;
}

Parameter Layer::add_weight(std::string_view name, const Shape& shape,
                            const Initializer& initializer, bool trainable) {
    Parameter weight(sentence(this->name(), "/", name), initializer(shape, rng(), dtype_));
    if (weight.shape() != shape || weight.dtype() != dtype_)
        fail<ShapeError>(this->name(), "the initializer of '", name, "' made ",
                         weight.value().spec(), ", wanted ", Spec{shape, dtype_});
    weight.set_trainable(trainable);
    weights_.push_back(weight);
    return weight;
}

Generator& Layer::rng() {
    if (!rng_) rng_ = next_generator();
    return *rng_;
}

}  // namespace shikumi::nn
