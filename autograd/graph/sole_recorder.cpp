#include <shikumi/autograd/graph/sole_recorder.hpp>

#include <mutex>

namespace shikumi::detail {

namespace {

std::recursive_mutex& recording_mutex() {
    static auto& mutex =
        *new std::recursive_mutex;  // leaked: static objects may record when they end
    return mutex;
}

}  // namespace

SoleRecorder::SoleRecorder() { recording_mutex().lock(); }
SoleRecorder::~SoleRecorder() { recording_mutex().unlock(); }

}  // namespace shikumi::detail
