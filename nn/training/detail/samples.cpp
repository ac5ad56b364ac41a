#include <shikumi/nn/training/detail/samples.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/memory/take_rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/targets.hpp>
#include <shikumi/nn/training/detail/rows.hpp>

namespace shikumi::nn::detail {

namespace {

void check_labels(std::string_view caller, const Array& labels, Index classes,
                  std::optional<Index> ignored) {
    const auto values = labels.data<std::int64_t>();
    const auto wrong = std::find_if(values.begin(), values.end(), [&](std::int64_t l) {
        return (l < 0 || l >= classes) && l != ignored;
    });
    if (wrong != values.end())
        fail<ValueError>(caller, "label ", *wrong, " of sample ",
                         (wrong - values.begin()) * labels.shape().front() / labels.size(),
                         " lies outside the ", classes, " classes 0 to ", classes - 1);
}

Array checked_targets(std::string_view caller, const Loss& loss, const Tensor& y,
                      const Spec& output) {
    const Tensor predictions = zeros(output.shape.with_front(y.shape().front()),
                                     output.dtype);  // its shape only
    switch (loss.targets()) {
        case Targets::class_rows:
            want_classes(loss.name(), predictions);
            [[fallthrough]];
        case Targets::like_predictions:
            return match_targets(loss.name(), y, predictions).array();
        case Targets::class_indices: {
            const Array labels = match_labels(loss.name(), y, predictions).array();
            check_labels(caller, labels, output.shape.back(), loss.form().ignore_class);
            return labels;
        }
        case Targets::labels:
        case Targets::label_sequences:
        case Targets::as_given:
            break;
    }
    return y.array();
}

void check_sizes(std::string_view caller, const std::vector<Tensor>& x,
                 const std::vector<Tensor>& y) {
    for (const std::vector<Tensor>* tensors : {&x, &y}) {
        for (const Tensor& t : *tensors) {
            if (t.rank() == 0)
                fail<ShapeError>(caller, "x and y want a first axis of samples, got a scalar");
            if (t.shape().front() != x.front().shape().front())
                fail<ShapeError>(caller, "x has ", x.front().shape().front(), " samples and y ",
                                 t.shape().front());
        }
    }
    if (x.front().shape().front() == 0)
        fail<ValueError>(caller, "there are no samples: x is ", x.front().shape());
}

[[noreturn]] void refuse_classes(const Tensor& y, std::string_view wanted) {
    fail<ValueError>("fit", "class_weight wants one class a sample: ", wanted, ", the targets are ",
                     y.spec());
}

// The classes where each sample has one number.
std::vector<Index> numbered_classes(const Tensor& y) {
    const std::vector<double> numbers = y.to_vector<double>();
    for (const double number : numbers) {
        if (!(number >= 0) || std::trunc(number) != number)
            fail<ValueError>("fit", "class_weight wants classes as whole numbers from 0, got ",
                             number, " among the targets");
    }
    return y.to_vector<Index>();
}

// The classes where each sample has a row with a single 1.
std::vector<Index> one_hot_classes(const Tensor& y) {
    const Tensor ones = sum(equal(y, 1).cast(i64), -1), zeros = sum(equal(y, 0).cast(i64), -1);
    if (!all(logical_and(equal(ones, 1), equal(zeros, y.shape().back() - 1))).item<bool>())
        refuse_classes(y, "rows with a single 1, the rest being 0");
    return argmax(y, -1).to_vector<Index>();
}

// Rows are one class each where the loss says so. Under a loss of one's own they may as well be the
// steps of a sequence, unless the model gives such rows, too.
std::vector<Index> classes_of(const Tensor& y, const Loss* loss, const Shape& output) {
    if (y.rank() == 1 || (y.rank() == 2 && y.shape().back() == 1)) return numbered_classes(y);
    const Targets form = loss ? loss->targets() : Targets::as_given;
    const bool rows =
        form == Targets::class_rows || (form == Targets::as_given && !is_integer(y.dtype()) &&
                                        y.shape() == output.with_front(y.shape().front()));
    if (y.rank() != 2 || !rows)
        refuse_classes(y, "a number, or a row with a single 1 for a loss over classes");
    return one_hot_classes(y);
}

Array sample_weights(const Tensor& y, const Loss* loss, const Spec& output,
                     const std::map<int, double>& class_weight) {
    for (const auto& [label, weight] : class_weight) {
        if (label < 0 || !(weight >= 0) || !std::isfinite(weight))
            fail<ValueError>("fit", "class_weight gives ", weight, " for class ", label,
                             ": wanted classes from 0 and weights >= 0");
    }
    const std::map<Index, double> weight_of(class_weight.begin(), class_weight.end());
    std::vector<double> weights;
    for (const Index label : classes_of(y, loss, output.shape)) {
        const auto found = weight_of.find(label);
        weights.push_back(found == weight_of.end() ? 1 : found->second);
    }
    return tensor(weights).cast(output.dtype).array();
}

// Takes the samples for the validation off the end of the training's.
Samples split_off(Samples& training, double share) {
    const auto kept =
        static_cast<Index>(std::floor(static_cast<double>(training.size()) * (1 - share)));
    if (kept == 0)
        fail<ValueError>("fit", "validation_split ", share, " of ", training.size(),
                         " samples leaves none to train on");
    training.rows.resize(static_cast<std::size_t>(kept));
    return {training.x, training.y, {}, in_order(kept, training.size())};
}

}  // namespace

Samples checked_samples(std::string_view caller, Trainable& model, const CompileOptions* options,
                        const TensorList& inputs, const TensorList& targets) {
    const std::vector<Tensor>&x = inputs.list(), &y = targets.list();
    const bool has_loss = options && !options->loss.empty();
    if (x.empty()) fail<ValueError>(caller, "wants x");
    if (y.empty() && has_loss) fail<ValueError>(caller, "wants x and y");
    check_sizes(caller, x, y);

    model.ensure_built(specs_of(x));
    const std::vector<Spec>& outputs = model.outputs();
    if (has_loss && y.size() != outputs.size())
        fail<ValueError>(caller, "the model has ", outputs.size(), " outputs and y ", y.size(),
                         " tensors");
    Samples samples;
    for (const Tensor& t : x) samples.x.push_back(t.array());
    for (std::size_t i = 0; i < y.size(); ++i) {
        const Loss* loss = has_loss ? options->loss.of(i, model.output_names()) : nullptr;
        samples.y.push_back(loss ? checked_targets(caller, *loss, y[i], outputs[i]) : y[i].array());
    }
    samples.rows = in_order(0, samples.size());
    return samples;
}

FitSamples fit_samples(Trainable& model, const CompileOptions* compiled, const TensorList& x,
                       const TensorList& y, const FitOptions& options) {
    FitSamples samples{checked_samples("fit", model, compiled, x, y), {}};
    Samples& training = samples.training;
    if (!options.class_weight.empty()) {
        if (training.y.size() != 1)
            fail<ValueError>("fit", "class_weight wants one output, the model has ",
                             training.y.size());
        const bool has_loss = compiled && !compiled->loss.empty();
        const Loss* loss = has_loss ? compiled->loss.of(0, model.output_names()) : nullptr;
        training.weights = sample_weights(Tensor(training.y.front()), loss, model.outputs().front(),
                                          options.class_weight);
    }
    if (options.validation_data) {
        const auto& [val_x, val_y] = *options.validation_data;
        samples.validation =
            in_validation([&] { return checked_samples("fit", model, compiled, val_x, val_y); });
    } else if (options.validation_split > 0) {
        samples.validation = split_off(training, options.validation_split);
    }
    return samples;
}

Index Batches::count() const {
    return static_cast<Index>((samples_.rows.size() + batch_size_ - 1) / batch_size_);
}

bool Batches::next() {
    first_ = end_;
    end_ = std::min(first_ + batch_size_, samples_.rows.size());
    if (first_ == end_) return false;
    const std::span<const Index> rows = std::span(samples_.rows).subspan(first_, end_ - first_);
    batch_.x.clear();
    batch_.y.clear();
    for (const Array& x : samples_.x) batch_.x.emplace_back(shikumi::detail::take_rows(x, rows));
    for (const Array& y : samples_.y) batch_.y.emplace_back(shikumi::detail::take_rows(y, rows));
    if (samples_.weights)
        batch_.weights = Tensor(shikumi::detail::take_rows(*samples_.weights, rows));
    return true;
}

void Batches::check_finite() const {
    check_finite(batch_.x, "x");
    check_finite(batch_.y, "y");
}

void Batches::check_finite(const std::vector<Tensor>& tensors, const char* what) const {
    for (const Tensor& t : tensors) {
        const Index bad = non_finite_row(t.array());
        if (bad >= 0)
            fail<ValueError>("fit", what, " holds NaN or infinity in sample ",
                             samples_.rows[first_ + static_cast<std::size_t>(bad)]);
    }
}

}  // namespace shikumi::nn::detail
