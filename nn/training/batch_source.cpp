#include <shikumi/nn/training/batch_source.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/loader.hpp>

namespace shikumi::nn {

using datasets::Loader;

BatchSource::BatchSource(std::shared_ptr<Loader> loader)
    : next_([loader]() -> std::optional<Batch> {
          std::optional<datasets::Sample> sample = loader->next();
          if (!sample) return std::nullopt;
          Batch batch{std::move(sample->x), std::move(sample->y)};
          if (!sample->weights.empty()) batch.set_weights(std::move(sample->weights));
          return batch;
      }),
      restart_([loader] { loader->restart(); }),
      position_([loader] { return loader->position(); }),
      restore_([loader](const Config& position) { loader->restore(position); }),
      size_(loader->size().value_or(0)) {}

BatchSource::BatchSource(Loader& loader)
    : BatchSource(std::shared_ptr<Loader>(std::shared_ptr<void>(), &loader)) {}
BatchSource::BatchSource(Loader&& loader)
    : BatchSource(std::make_shared<Loader>(std::move(loader))) {}
BatchSource::BatchSource(const Loader& loader) : BatchSource(Loader(loader)) {}

Config BatchSource::position() const {
    if (!position_) fail<StateError>("fit", "only a loader among the sources tells its position");
    return position_();
}

void BatchSource::restore(const Config& position) {
    if (!restore_) fail<StateError>("fit", "only a loader among the sources goes to a position");
    restore_(position);
}

}  // namespace shikumi::nn
