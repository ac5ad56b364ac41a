#include <shikumi/nn/tools/check_layer.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <typeinfo>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/detail/class_name.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/json.hpp>

namespace shikumi::nn {

namespace {

double largest_difference(const Tensor& a, const Tensor& b) {
    const std::vector<double> left = a.to_vector<double>(), right = b.to_vector<double>();
    double largest = 0;
    for (std::size_t i = 0; i < left.size(); ++i)
        largest = std::fmax(largest, std::abs(left[i] - right[i]));
    return largest;
}

bool same(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && a.to_vector<double>() == b.to_vector<double>();
}

// While it lives, the parameters hold these tensors themselves, so that derivatives reach them.
class SwappedWeights {
public:
    SwappedWeights(std::vector<Parameter>& parameters, std::span<const Tensor> values)
        : parameters_(parameters), values_(values.begin(), values.end()) {
        swap();
    }
    ~SwappedWeights() { swap(); }
    SwappedWeights(const SwappedWeights&) = delete;
    SwappedWeights& operator=(const SwappedWeights&) = delete;

private:
    void swap() {
        for (std::size_t i = 0; i < values_.size(); ++i)
            std::swap(parameters_[i].state().value, values_[i]);
    }
    std::vector<Parameter>& parameters_;
    std::vector<Tensor> values_;
};

class LayerCheck {
public:
    LayerCheck(Layer& layer, const Shape& shape) : layer_(layer), shape_(shape) {}

    void run() {
        if (shape_.empty() || shape_.front() < 2)
            fail<ValueError>("check_layer", "wants a batch of at least two samples, got ", shape_);
        layer_.set_default_name(
            "checked");  // the next layer of a model is still the first of its class
        layer_.set_dtype(f64);
        check_shapes();
        check_infer();
        check_weights();
        check_gradients(Mode::infer);
        check_train();
        check_file();
    }

private:
    Tensor input(Index batch) { return random_normal(shape_.with_front(batch), rng_, 0, 1, f64); }

    void check_shapes() {
        const Index batch = shape_.front();
        const Spec wanted = layer_(zeros(shape_.with_front(batch + 3), f64)).spec();
        if (wanted.dtype != f64)
            fail<DTypeError>("check_layer", layer_.label(), " turned f64 into ", wanted.dtype);
        for (const Index size : {batch, batch + 2}) {
            const Tensor y = layer_(input(size));
            if (y.shape().empty() || y.shape() != wanted.shape.with_front(size))
                fail<ShapeError>("check_layer", layer_.label(), " turned ", shape_.with_front(size),
                                 " into ", y.shape(), " and ", shape_.with_front(batch + 3),
                                 " into ", wanted.shape,
                                 ": only the first axis, the batch, may differ");
        }
        x_ = input(batch);
        evaluate(x_);
    }

    void check_infer() {
        const Tensor y = layer_(x_);
        if (!same(y, layer_(x_)))
            fail<ValueError>("check_layer", layer_.label(),
                             " gives other numbers at a second call "
                             "of Mode::infer");
        const Tensor first = layer_(slice(x_, 0, {0, 1}));
        if (largest_difference(first, slice(y, 0, {0, 1})) > 1e-9)
            fail<ValueError>("check_layer", "the first sample's output of ", layer_.label(),
                             " depends on the other samples (Mode::infer)");
    }

    void check_weights() {
        weights_ = layer_.weights();
        if (weights_.empty()) return;
        const Tensor before = layer_(x_);
        evaluate(before);
        std::vector<Tensor> old;
        for (Parameter& w : weights_) {
            old.push_back(w.value());
            // Away from zeros and ones, where mistakes can hide; upwards, since some must stay
            // positive.
            w.assign(w.value() + random_uniform(w.shape(), rng_, 0.1, 0.5, w.dtype()));
        }
        const std::vector<Tensor> fresh(weights_.begin(), weights_.end());
        if (same(before, layer_(x_)))
            fail<ValueError>(
                "check_layer", layer_.label(),
                " doesn't read its weights: after they were set "
                "its output is the same (does it keep a Tensor where it should keep the "
                "Parameter?)");
        for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].assign(old[i]);
        if (!same(before, layer_(x_)))
            fail<ValueError>("check_layer", layer_.label(),
                             " doesn't give the same output after its "
                             "weights were set back");
        for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].assign(fresh[i]);
    }

    void check_gradients(Mode mode) {
        std::vector<Parameter> trainable;
        for (const Parameter& w : weights_) {
            if (w.trainable()) trainable.push_back(w);
        }
        if (!trainable.empty()) sum(layer_(x_, mode)).backward();
        std::vector<Tensor> at{x_};
        for (Parameter& w : trainable) {
            if (!w.has_grad())
                fail<GradientError>("check_layer", layer_.label(), " has the trainable weight '",
                                    w.name(), "', on which its output doesn't depend");
            w.zero_grad();
            at.push_back(w.value());
        }
        const auto f = [&](const std::vector<Tensor>& inputs) {
            const SwappedWeights swapped(trainable, std::span(inputs).subspan(1));
            return layer_(inputs.front(), mode);
        };
        try {
            shikumi::check_gradients(FunctionOfMany(f), at);
        } catch (Error& e) {
            e.add_context(sentence("in check_layer of ", layer_.label(),
                                   mode == Mode::train ? " (Mode::train)" : " (Mode::infer)"));
            throw;
        }
    }

    void check_train() {
        const Tensor infer = layer_(x_), train = layer_(x_, Mode::train);
        if (train.spec() != infer.spec())
            fail<ShapeError>("check_layer", layer_.label(), " gives ", infer.spec(),
                             " in Mode::infer, ", train.spec(), " in Mode::train");
        if (repeats(train) && !same(train, infer)) check_gradients(Mode::train);
    }

    // Whether training draws no random numbers. Two small dropout masks are equal now and then.
    bool repeats(const Tensor& train) {
        constexpr int calls = 8;
        for (int i = 0; i < calls; ++i) {
            if (!same(train, layer_(x_, Mode::train))) return false;
        }
        return true;
    }

    // A layer that is read from a file is this one, once it has its weights.
    void check_file() {
        if (!can_be_written()) return;
        const Config written = architecture(layer_);
        const SharedLayer twin = layer_from_config(parse_json(to_json(written), "check_layer"));
        const Config again = architecture(*twin.layer);
        if (written != again)
            fail<ValueError>("check_layer", layer_.label(), " is ", to_json(written),
                             " in a file, and what is made of that is ", to_json(again));
        std::vector<Parameter> weights = twin.layer->weights();
        bool fits = weights.size() == weights_.size();
        for (std::size_t i = 0; fits && i < weights.size(); ++i)
            fits = weights[i].name() == weights_[i].name() &&
                   weights[i].shape() == weights_[i].shape() &&
                   weights[i].trainable() == weights_[i].trainable();
        if (!fits)
            fail<ValueError>("check_layer", layer_.label(),
                             " has other weights once it has been read from a file");
        for (std::size_t i = 0; i < weights.size(); ++i) weights[i].assign(weights_[i].value());
        if (!same(layer_(x_), (*twin.layer)(x_)))
            fail<ValueError>("check_layer", layer_.label(),
                             " gives other numbers once it has been read from a file");
    }

    // Classes of one's own needn't be registered, and functions of one's own have no names.
    bool can_be_written() const {
        const auto says = [](const Error& e, std::string_view words) {
            return std::string_view(e.what()).find(words) != std::string_view::npos;
        };
        try {
            architecture(layer_);
            return true;
        } catch (const StateError& e) {
            if (of_library(layer_) && !says(e, "[Lambda]")) throw;
        } catch (const ValueError& e) {
            if (!says(e, "can't hold the function")) throw;
        }
        return false;
    }

    // With all layers inside of it, such as the cell of an RNN.
    static bool of_library(const Layer& layer) {
        const std::vector<Layer*> inner = layer.inner_layers();
        return detail::is_of_library(typeid(layer)) &&
               std::all_of(inner.begin(), inner.end(),
                           [](const Layer* l) { return of_library(*l); });
    }

    Layer& layer_;
    Shape shape_;
    Generator rng_{1};
    Tensor x_;
    std::vector<Parameter> weights_;
};

}  // namespace

void check_layer(Layer& layer, const Shape& shape) { LayerCheck(layer, shape).run(); }

}  // namespace shikumi::nn
