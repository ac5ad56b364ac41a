#include <shikumi/nn/training/detail/samples.hpp>

#include <algorithm>
#include <cmath>
#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/autograd/memory/take_rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/targets.hpp>
#include <shikumi/nn/training/detail/rows.hpp>

namespace shikumi::nn::detail {

namespace {

void shuffle(std::vector<Index>& rows, Generator& rng) {
    RandomStream numbers(rng.next());
    for (std::size_t left = rows.size(); left > 1; --left)
        std::swap(rows[left - 1], rows[numbers.below(static_cast<std::uint32_t>(left))]);
}

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

// How many classes there are; 0 where only the targets say it.
Index class_count(const Tensor& y, const Loss* loss, const Shape& output) {
    const Targets form = loss ? loss->targets() : Targets::as_given;
    if (y.rank() == 2 && y.shape().back() > 1) return y.shape().back();
    if (form == Targets::class_indices) return output.back();
    const bool binary = loss && loss->name().find("binary") != std::string_view::npos;
    return binary ? 2 : 0;
}

void check_class_weight(const std::map<int, double>& class_weight, Index count,
                        const std::vector<Index>& labels) {
    for (const auto& [label, weight] : class_weight) {
        if (label < 0 || !(weight >= 0) || !std::isfinite(weight))
            fail<ValueError>("fit", "class_weight gives ", weight, " for class ", label,
                             ": wanted classes from 0 and weights >= 0");
        if (count > 0 && label >= count)
            fail<ValueError>("fit", "class_weight names class ", label, ", the classes are 0 to ",
                             count - 1);
        if (count == 0 && std::find(labels.begin(), labels.end(), label) == labels.end())
            fail<ValueError>("fit", "class_weight names class ", label,
                             ", which no target belongs to");
    }
}

Array sample_weights(const Tensor& y, const Loss* loss, const Spec& output,
                     const std::map<int, double>& class_weight) {
    const std::vector<Index> labels = classes_of(y, loss, output.shape);
    check_class_weight(class_weight, class_count(y, loss, output.shape), labels);
    const std::map<Index, double> weight_of(class_weight.begin(), class_weight.end());
    std::vector<double> weights;
    for (const Index label : labels) {
        const auto found = weight_of.find(label);
        weights.push_back(found == weight_of.end() ? 1 : found->second);
    }
    return tensor(weights).cast(output.dtype).array();
}

// Factors of the samples, or of the steps of sequences, in the dtype of the output.
Array checked_weights(std::string_view caller, const Tensor& weights, Index samples,
                      const Spec& output) {
    const bool sequence = output.shape.rank() > 2;
    const int rank = weights.rank();
    if (rank == 0 || weights.shape().front() != samples)
        fail<ShapeError>(caller, "sample_weight of ", samples, " samples is ", Shape{samples},
                         ", got ", weights.shape());
    if (rank == 1 && sequence)
        fail<ShapeError>(caller, "sample_weight of sequences is (", samples, ", 1) for samples or ",
                         Shape{samples, output.shape.sizes()[1]}, " for steps, got ",
                         weights.shape());
    for (int axis = 1; axis < rank; ++axis) {
        const Index size = weights.shape().sizes()[static_cast<std::size_t>(axis)];
        const bool step = axis < output.shape.rank() - 1 &&
                          size == output.shape.sizes()[static_cast<std::size_t>(axis)];
        if (size != 1 && !step)
            fail<ShapeError>(caller, "sample_weight ", weights.shape(),
                             " fits neither the samples nor the steps of outputs ",
                             output.shape.with_front(samples));
    }
    const Array array = weights.cast(output.dtype).array();
    if (const Index bad = non_finite_row(array); bad >= 0)
        fail<ValueError>(caller, "sample_weight holds NaN or infinity for sample ", bad);
    return array;
}

std::vector<std::optional<Array>> all_weights(std::string_view caller, Trainable& model,
                                              const TensorList& given, Index samples) {
    const std::vector<Spec>& outputs = model.outputs();
    const std::vector<Tensor> list = given.in_order(caller, "sample_weight", model.output_names());
    if (list.empty()) return {};
    if (list.size() != 1 && list.size() != outputs.size())
        fail<ValueError>(caller, "got ", list.size(), " sample_weights for the ", outputs.size(),
                         " outputs of the model");
    std::vector<std::optional<Array>> all;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const Tensor& weights = list[list.size() == 1 ? 0 : i];
        all.push_back(weights.defined()
                          ? std::optional(checked_weights(caller, weights, samples, outputs[i]))
                          : std::nullopt);
    }
    return all;
}

// Takes the samples for the validation off the end of the training's.
Samples split_off(Samples& training, double share) {
    const auto kept =
        static_cast<Index>(std::floor(static_cast<double>(training.size()) * (1 - share)));
    if (kept == 0)
        fail<ValueError>("fit", "validation_split ", share, " of ", training.size(),
                         " samples leaves none to train on");
    training.rows.resize(static_cast<std::size_t>(kept));
    return {training.x, training.y, training.weights, in_order(kept, training.size())};
}

}  // namespace

std::vector<Spec> Samples::target_specs() const {
    std::vector<Spec> specs;
    for (const Array& targets : y) specs.push_back(targets.spec());
    return specs;
}

Samples checked_samples(std::string_view caller, Trainable& model, const CompileOptions* options,
                        const TensorList& inputs, const TensorList& targets,
                        const TensorList& weights) {
    const bool has_loss = options && !options->loss.empty();
    if (inputs.list().empty()) fail<ValueError>(caller, "wants x");
    if (targets.list().empty() && has_loss) fail<ValueError>(caller, "wants x and y");
    check_sizes(caller, inputs.list(), targets.list());

    const std::vector<Tensor> x = inputs.in_order(caller, "x", model.input_names());
    model.ensure_built(specs_of(x));
    const std::vector<Tensor> y = targets.in_order(caller, "y", model.output_names());
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
    samples.weights = all_weights(caller, model, weights, samples.size());
    samples.rows = in_order(0, samples.size());
    return samples;
}

Samples validation_samples(Trainable& model, const CompileOptions* compiled,
                           const ValidationData& given) {
    return in_validation([&] {
        return checked_samples("fit", model, compiled, given.x(), given.y(), given.sample_weight());
    });
}

Batch checked_batch(std::string_view caller, Trainable& model, const CompileOptions* options,
                    Batch given) {
    if (given.weights.defined()) given.output_weights = {given.weights};
    const Samples samples =
        checked_samples(caller, model, options, given.x, given.y, std::move(given.output_weights));
    Batch batch{{samples.x.begin(), samples.x.end()}, {samples.y.begin(), samples.y.end()}};
    std::vector<Tensor> weights;
    for (const auto& of_output : samples.weights)
        weights.push_back(of_output ? Tensor(*of_output) : Tensor());
    batch.set_weights(std::move(weights));
    return batch;
}

void weigh_classes(Samples& samples, Trainable& model, const CompileOptions* options,
                   const std::map<int, double>& class_weight) {
    if (class_weight.empty()) return;
    if (samples.y.size() != 1)
        fail<ValueError>("fit", "class_weight wants one output, the model has ", samples.y.size());
    if (!samples.weights.empty())
        fail<ValueError>("fit",
                         "got class_weight and sample_weight: multiply the weights of the samples "
                         "by those of their classes");
    const bool has_loss = options && !options->loss.empty();
    const Loss* loss = has_loss ? options->loss.of(0, model.output_names()) : nullptr;
    samples.weights = {
        sample_weights(Tensor(samples.y.front()), loss, model.outputs().front(), class_weight)};
}

FitSamples fit_samples(Trainable& model, const CompileOptions* compiled, const TensorList& x,
                       const TensorList& y, const FitOptions& options) {
    FitSamples samples{checked_samples("fit", model, compiled, x, y, options.sample_weight), {}};
    Samples& training = samples.training;
    if (options.validation_data && !options.validation_data->source()) {
        samples.validation = validation_samples(model, compiled, *options.validation_data);
    } else if (options.validation_split > 0 && !options.validation_data) {
        samples.validation = split_off(training, options.validation_split);
    }
    weigh_classes(training, model, compiled, options.class_weight);
    return samples;
}

Index Batches::count() const {
    return static_cast<Index>((rows_.size() + batch_size_ - 1) / batch_size_);
}

void Batches::restart() {
    if (random_) {
        const shikumi::detail::SoleRecorder sole;
        shuffle(rows_, random_());
    }
    first_ = end_ = 0;
}

bool Batches::next() {
    first_ = end_;
    end_ = std::min(first_ + batch_size_, rows_.size());
    if (first_ == end_) return false;
    const std::span<const Index> rows = std::span(rows_).subspan(first_, end_ - first_);
    batch_.x.clear();
    batch_.y.clear();
    for (const Array& x : samples_.x) batch_.x.emplace_back(shikumi::detail::take_rows(x, rows));
    for (const Array& y : samples_.y) batch_.y.emplace_back(shikumi::detail::take_rows(y, rows));
    if (samples_.weights.empty()) return true;
    std::vector<Tensor> weights;
    for (const auto& of_output : samples_.weights)
        weights.push_back(of_output ? Tensor(shikumi::detail::take_rows(*of_output, rows))
                                    : Tensor());
    batch_.set_weights(std::move(weights));
    return true;
}

void Batches::visit_state(StateFields& fields) {
    auto size = static_cast<Index>(rows_.size()), taken = static_cast<Index>(end_);
    fields("samples", size)("taken", taken);
    if (size != static_cast<Index>(rows_.size()) || taken < 0 || taken > size)
        fail<ValueError>(fields.path("taken"), "of ", size, " samples ", taken,
                         " had been taken; there are ", rows_.size(), " now");
    if (random_) {
        Tensor order = tensor(rows_);
        fields("order", order)("random", random_());
        if (fields.reading()) set_order(order, fields.path("order"));
    }
    first_ = end_ = static_cast<std::size_t>(taken);
}

void Batches::set_order(const Tensor& order, std::string_view reading) {
    const auto sorted = [](std::vector<Index> rows) {
        std::ranges::sort(rows);
        return rows;
    };
    if (order.dtype() != i64 || sorted(order.to_vector<Index>()) != sorted(rows_))
        fail<ValueError>(reading, "isn't an order of the ", rows_.size(), " samples");
    rows_ = order.to_vector<Index>();
}

void Batches::check_finite() const {
    detail::check_finite(batch_.x, "x", rows_.data() + first_);
    detail::check_finite(batch_.y, "y", rows_.data() + first_);
}

}  // namespace shikumi::nn::detail
