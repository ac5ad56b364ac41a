#include <shikumi/nn/io/tensor_board.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/events.hpp>
#include <shikumi/nn/io/detail/event_graph.hpp>
#include <shikumi/plot/png.hpp>

namespace shikumi::nn {

namespace {

using formats::detail::EventWriter;
using Clock = std::chrono::steady_clock;

constexpr std::string_view validation_prefix = "val_";

// A weight as grey pictures, as Keras lays them out; none where it has too many axes. Only the
// first three are shown.
std::vector<Tensor> pictures_of(const Tensor& weight) {
    Shape::Sizes sizes;
    for (const Index size : weight.shape().sizes()) {
        if (size != 1) sizes.push_back(size);
    }
    if (weight.size() == 0 || sizes.rank() > 3) return {};
    Tensor w = reshape(weight, Shape(sizes)).cast(f64);
    if (sizes.rank() == 0) w = reshape(w, {1, 1});
    if (sizes.rank() == 1) w = reshape(w, {1, sizes[0]});
    if (sizes.rank() == 2 && sizes[0] > sizes[1]) w = transpose(w, {1, 0});
    const double low = min(w).item<double>(), range = max(w).item<double>() - low;
    w = (w - low) / (range > 0 ? range : 1);
    if (sizes.rank() < 3) return {w};
    std::vector<Tensor> all;
    const Tensor channels = transpose(w, {2, 0, 1});
    for (Index i = 0; i < std::min<Index>(3, sizes[2]); ++i) all.push_back(channels[i]);
    return all;
}

}  // namespace

struct TensorBoard::State final : Hooks {
    State(std::string dir, const TensorBoardOptions& o) : folder(std::move(dir)), options(o) {
        if (o.histogram_freq < 0 || o.update_freq < 0)
            fail<ValueError>("TensorBoard",
                             "histogram_freq and update_freq can't be negative, got ",
                             o.histogram_freq, " and ", o.update_freq);
    }

    void on_train_begin(Run&) override {
        train.emplace(folder / "train");
        validation.reset();
        graph_written = false;
    }

    void on_epoch_begin(Run& run) override {
        begun = Clock::now();
        if (run.has_optimizer()) first_step = run.optimizer().iterations();
    }

    void on_train_batch_end(Run& run) override {
        if (options.write_graph && !std::exchange(graph_written, true)) write_graph(run);
        const Index step = step_of(run);
        if (options.update_freq == 0 || step % options.update_freq != 0) return;
        for (const auto& [name, value] : run.logs()) train->scalar("batch_" + name, step, value);
        train->flush();
    }

    void on_test_end(Run& run) override {
        if (!train) return;  // a measurement outside of any training
        for (const auto& [name, value] : run.logs())
            validated().scalar("evaluation_" + name + "_vs_iterations", step_of(run), value);
    }

    void on_epoch_end(Run& run) override {
        for (const auto& [name, value] : run.logs()) {
            if (name.starts_with(validation_prefix))
                validated().scalar("epoch_" + name.substr(validation_prefix.size()), run.epoch(),
                                   value);
            else
                train->scalar("epoch_" + name, run.epoch(), value);
        }
        if (run.has_optimizer() && !run.logs().find("learning_rate"))
            train->scalar("epoch_learning_rate", run.epoch(), run.optimizer().learning_rate());
        if (options.write_steps_per_second) write_speed(run);
        if (options.histogram_freq > 0 && run.epoch() % options.histogram_freq == 0)
            write_weights(run);
        train->flush();
        if (validation) validation->flush();
    }

    void on_train_end(Run&) override {
        train.reset();
        validation.reset();
    }

    // The epoch that is broken off may go on in another process, whose clock is another one.
    void visit_state(StateFields& fields) override {
        double seconds = fields.reading() ? 0 : seconds_of_epoch();
        fields("first_step", first_step)("seconds", seconds);
        if (fields.reading())
            begun = Clock::now() - std::chrono::duration_cast<Clock::duration>(
                                       std::chrono::duration<double>(seconds));
    }

    double seconds_of_epoch() const {
        return std::chrono::duration<double>(Clock::now() - begun).count();
    }

    // The number of steps that the optimiser has taken, over all trainings.
    static Index step_of(const Run& run) {
        return run.has_optimizer() ? run.optimizer().iterations() : run.batch();
    }

    // Made with the first number that goes there.
    EventWriter& validated() {
        return validation ? *validation : validation.emplace(folder / "validation");
    }

    void write_graph(const Run& run) {
        try {
            train->graph(detail::event_graph(run.model()));
        } catch (const IoError&) {
            throw;
        } catch (const Error& e) {  // a model that keeps states takes no batch of another size
            run.print(std::string("TensorBoard: no graph, since ") + e.what());
        }
    }

    void write_speed(const Run& run) {
        const auto steps = static_cast<double>(step_of(run) - first_step);
        train->scalar("epoch_steps_per_second", run.epoch(), steps / seconds_of_epoch());
    }

    void write_weights(const Run& run) {
        for (const Parameter& weight : run.model().weights()) {
            const std::vector<double> values = weight.value().to_vector<double>();
            train->histogram(weight.name() + "/histogram", run.epoch(), values);
            if (!options.write_images) continue;
            const std::vector<Tensor> pictures = pictures_of(weight.value());
            if (pictures.empty()) continue;
            formats::detail::EventImages images{pictures[0].shape()[1], pictures[0].shape()[0], {}};
            for (const Tensor& p : pictures) images.images.push_back(plot::png(p.cast(f32)));
            train->images(weight.name() + "/image", run.epoch(), images);
        }
    }

    std::filesystem::path folder;
    TensorBoardOptions options;
    std::optional<EventWriter> train, validation;
    bool graph_written = false;
    Clock::time_point begun = {};
    Index first_step = 0;
};

TensorBoard::TensorBoard(std::string log_dir, const TensorBoardOptions& options)
    : Callback(std::make_shared<State>(std::move(log_dir), options), "TensorBoard") {}

}  // namespace shikumi::nn
