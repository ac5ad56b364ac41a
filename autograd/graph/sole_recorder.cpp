#include <shikumi/autograd/graph/sole_recorder.hpp>

#include <mutex>

namespace shikumi::detail {

namespace {

std::mutex& recording_mutex() {
    static auto& mutex = *new std::mutex;  // leaked: static objects may record when they end
    return mutex;
}

}  // namespace

thread_local constinit int SoleRecorder::depth_ = 0;

void SoleRecorder::wait() { recording_mutex().lock(); }
void SoleRecorder::let_others() noexcept { recording_mutex().unlock(); }

}  // namespace shikumi::detail
